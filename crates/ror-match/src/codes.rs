//! The codes of ISO 3166-1: three letters and two for each country.

/// All countries of ISO 3166-1, and Kosovo, whose codes are in use, by their three letters.
const CODES: &str = "\
    ABW:AW AFG:AF AGO:AO AIA:AI ALA:AX ALB:AL AND:AD ARE:AE ARG:AR ARM:AM ASM:AS ATA:AQ \
    ATF:TF ATG:AG AUS:AU AUT:AT AZE:AZ BDI:BI BEL:BE BEN:BJ BES:BQ BFA:BF BGD:BD BGR:BG \
    BHR:BH BHS:BS BIH:BA BLM:BL BLR:BY BLZ:BZ BMU:BM BOL:BO BRA:BR BRB:BB BRN:BN BTN:BT \
    BVT:BV BWA:BW CAF:CF CAN:CA CCK:CC CHE:CH CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG \
    COK:CK COL:CO COM:KM CPV:CV CRI:CR CUB:CU CUW:CW CXR:CX CYM:KY CYP:CY CZE:CZ DEU:DE \
    DJI:DJ DMA:DM DNK:DK DOM:DO DZA:DZ ECU:EC EGY:EG ERI:ER ESH:EH ESP:ES EST:EE ETH:ET \
    FIN:FI FJI:FJ FLK:FK FRA:FR FRO:FO FSM:FM GAB:GA GBR:GB GEO:GE GGY:GG GHA:GH GIB:GI \
    GIN:GN GLP:GP GMB:GM GNB:GW GNQ:GQ GRC:GR GRD:GD GRL:GL GTM:GT GUF:GF GUM:GU GUY:GY \
    HKG:HK HMD:HM HND:HN HRV:HR HTI:HT HUN:HU IDN:ID IMN:IM IND:IN IOT:IO IRL:IE IRN:IR \
    IRQ:IQ ISL:IS ISR:IL ITA:IT JAM:JM JEY:JE JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG KHM:KH \
    KIR:KI KNA:KN KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY LCA:LC LIE:LI LKA:LK LSO:LS \
    LTU:LT LUX:LU LVA:LV MAC:MO MAF:MF MAR:MA MCO:MC MDA:MD MDG:MG MDV:MV MEX:MX MHL:MH \
    MKD:MK MLI:ML MLT:MT MMR:MM MNE:ME MNG:MN MNP:MP MOZ:MZ MRT:MR MSR:MS MTQ:MQ MUS:MU \
    MWI:MW MYS:MY MYT:YT NAM:NA NCL:NC NER:NE NFK:NF NGA:NG NIC:NI NIU:NU NLD:NL NOR:NO \
    NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA PCN:PN PER:PE PHL:PH PLW:PW PNG:PG POL:PL \
    PRI:PR PRK:KP PRT:PT PRY:PY PSE:PS PYF:PF QAT:QA REU:RE ROU:RO RUS:RU RWA:RW SAU:SA \
    SDN:SD SEN:SN SGP:SG SGS:GS SHN:SH SJM:SJ SLB:SB SLE:SL SLV:SV SMR:SM SOM:SO SPM:PM \
    SRB:RS SSD:SS STP:ST SUR:SR SVK:SK SVN:SI SWE:SE SWZ:SZ SXM:SX SYC:SC SYR:SY TCA:TC \
    TCD:TD TGO:TG THA:TH TJK:TJ TKL:TK TKM:TM TLS:TL TON:TO TTO:TT TUN:TN TUR:TR TUV:TV \
    TWN:TW TZA:TZ UGA:UG UKR:UA UMI:UM URY:UY USA:US UZB:UZ VAT:VA VCT:VC VEN:VE VGB:VG \
    VIR:VI VNM:VN VUT:VU WLF:WF WSM:WS XKX:XK YEM:YE ZAF:ZA ZMB:ZM ZWE:ZW ";

/// Bytes of a country among [`CODES`]: three letters, a colon, two letters, a blank.
const BYTES: usize = 7;
/// Where the two letters begin.
const TWO: usize = 4;
/// Pairs of capitals.
const PAIRS: usize = 26 * 26;

/// For each pair of capitals, where in [`CODES`] it begins; 0 if it is no country's code. The rows of
/// a large table are checked one by one.
static PLACES: [u16; PAIRS] = places();

const fn places() -> [u16; PAIRS] {
    let codes = CODES.as_bytes();
    let mut places = [0; PAIRS];
    let mut place = TWO;
    while place < codes.len() {
        places[pair(codes[place], codes[place + 1])] = place as u16;
        place += BYTES;
    }
    places
}

/// The number of a pair of capitals.
const fn pair(first: u8, second: u8) -> usize {
    (first - b'A') as usize * 26 + (second - b'A') as usize
}

/// The code of two letters for one of three, in any case.
pub fn of_three_letters(text: &str) -> Option<[u8; 2]> {
    let mut letters: [u8; 3] = text.as_bytes().try_into().ok()?;
    letters.make_ascii_uppercase();
    let (countries, _) = CODES.as_bytes().as_chunks::<BYTES>();
    let place = countries.binary_search_by(|country| country[..3].cmp(&letters)).ok()?;
    Some([countries[place][TWO], countries[place][TWO + 1]])
}

/// True where two letters in capitals are the code of a country.
pub fn is_code(code: &str) -> bool {
    listed(code).is_some()
}

/// Two letters in capitals, if they are the code of a country, as a constant.
pub fn listed(code: &str) -> Option<&'static str> {
    let [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = *code.as_bytes() else { return None };
    match usize::from(PLACES[pair(first, second)]) {
        0 => None,
        place => Some(&CODES[place..place + 2]),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_country_has_codes_of_its_own() {
        let countries: Vec<(&str, &str)> =
            CODES.split_terminator(' ').filter_map(|country| country.split_once(':')).collect();
        let three: BTreeSet<&str> = countries.iter().map(|(three, _)| *three).collect();
        let two: BTreeSet<&str> = countries.iter().map(|(_, two)| *two).collect();

        assert_eq!((countries.len(), three.len(), two.len()), (250, 250, 250));
        for (three, two) in countries {
            assert_eq!(of_three_letters(three).as_ref().map(<[u8; 2]>::as_slice), Some(two.as_bytes()));
            assert_eq!(listed(two), Some(two));
        }
        assert_eq!(of_three_letters("prt"), Some(*b"PT"));
        assert_eq!(of_three_letters("XYZ"), None);
        assert!(is_code("AX") && !is_code("XX") && !is_code("") && !is_code("pt") && !is_code("PRT"));
    }
}
