//! tar archives made block by block, as no library would write them.

/// A header of `kind` with these fields; `magic` is of ustar or of GNU's own format.
pub struct Header<'h> {
    pub kind: u8,
    pub name: &'h [u8],
    pub size: &'h [u8],
    pub magic: &'h [u8; 8],
}

pub const USTAR: &[u8; 8] = b"ustar\x0000";
pub const GNU: &[u8; 8] = b"ustar  \0";

/// A header block with its checksum.
pub fn header(kind: u8, name: &str, size: u64) -> Vec<u8> {
    let size = format!("{size:011o}\0");
    block(&Header { kind, name: name.as_bytes(), size: size.as_bytes(), magic: USTAR })
}

pub fn block(header: &Header<'_>) -> Vec<u8> {
    let mut block = vec![0; 512];
    let mut put = |place: usize, bytes: &[u8]| block[place..place + bytes.len()].copy_from_slice(bytes);
    put(0, header.name);
    put(100, b"0000644\x000000000\x000000000\0");
    put(124, header.size);
    put(136, b"00000000000\0");
    put(156, &[header.kind]);
    put(257, header.magic);
    sign(&mut block, i64::from);
    block
}

/// Writes the checksum of a header, each byte counted as `value_of` says.
pub fn sign(block: &mut [u8], value_of: impl Fn(u8) -> i64) {
    block[148..156].fill(b' ');
    let sum: i64 = block.iter().map(|&byte| value_of(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// Data in whole blocks.
pub fn padded(data: &[u8]) -> Vec<u8> {
    let mut padded = data.to_vec();
    padded.resize(data.len().next_multiple_of(512), 0);
    padded
}

/// An entry of `kind` with data.
pub fn entry(kind: u8, name: &str, data: &[u8]) -> Vec<u8> {
    [header(kind, name, data.len() as u64), padded(data)].concat()
}

pub fn file(name: &str, data: &[u8]) -> Vec<u8> {
    entry(b'0', name, data)
}

/// An entry with pax records for the next, or for all with kind `g`.
pub fn pax(kind: u8, records: &[(&str, &str)]) -> Vec<u8> {
    let mut data = String::new();
    for (key, value) in records {
        let rest = format!(" {key}={value}\n");
        let mut length = rest.len() + 1;
        while format!("{length}{rest}").len() != length {
            length += 1;
        }
        data += &format!("{length}{rest}");
    }
    entry(kind, "PaxHeaders/x", data.as_bytes())
}

/// The end of an archive.
pub fn end() -> Vec<u8> {
    vec![0; 1_024]
}

/// A sparse file in GNU's old format, with as many further headers as its map needs.
pub fn old_sparse(name: &str, real_bytes: u64, pieces: &[(u64, &[u8])]) -> Vec<u8> {
    let mut map: Vec<u8> = Vec::new();
    for (offset, data) in pieces {
        map.extend_from_slice(format!("{offset:011o}\0{:011o}\0", data.len()).as_bytes());
    }
    let stored: usize = pieces.iter().map(|(_, data)| data.len()).sum();
    let size = format!("{stored:011o}\0");
    let mut first = block(&Header { kind: b'S', name: name.as_bytes(), size: size.as_bytes(), magic: GNU });
    let (here, mut rest) = map.split_at(map.len().min(4 * 24));
    first[386..386 + here.len()].copy_from_slice(here);
    first[482] = u8::from(!rest.is_empty());
    first[483..495].copy_from_slice(format!("{real_bytes:011o}\0").as_bytes());
    sign(&mut first, i64::from);
    let mut bytes = first;
    while !rest.is_empty() {
        let (here, after) = rest.split_at(rest.len().min(21 * 24));
        let mut block = padded(here);
        block.resize(512, 0);
        block[504] = u8::from(!after.is_empty());
        bytes.extend(block);
        rest = after;
    }
    let data: Vec<u8> = pieces.iter().flat_map(|(_, data)| data.iter().copied()).collect();
    bytes.extend(padded(&data));
    bytes
}
