//! The sounds from which the words of each script are put together.
//!
//! The words mean nothing, or mean something only by chance: no name or title
//! of a living person may come out of here.

/// A script with the habits of writing that matter for a dump.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Script {
    Latin,
    Accented,
    Cyrillic,
    Greek,
    Chinese,
    Japanese,
    Korean,
    Arabic,
    Devanagari,
    Thai,
}

impl Script {
    pub const ALL: [Script; 10] = [
        Script::Latin,
        Script::Accented,
        Script::Cyrillic,
        Script::Greek,
        Script::Chinese,
        Script::Japanese,
        Script::Korean,
        Script::Arabic,
        Script::Devanagari,
        Script::Thai,
    ];

    /// How often each script is met, of 1000.
    pub const SHARES: [(Script, u32); 10] = [
        (Script::Latin, 700),
        (Script::Accented, 170),
        (Script::Cyrillic, 35),
        (Script::Greek, 8),
        (Script::Chinese, 30),
        (Script::Japanese, 15),
        (Script::Korean, 14),
        (Script::Arabic, 14),
        (Script::Devanagari, 7),
        (Script::Thai, 7),
    ];

    /// What stands between two words.
    pub fn space(self) -> &'static str {
        match self {
            Script::Chinese | Script::Japanese | Script::Thai => "",
            _ => " ",
        }
    }

    /// The code which `common:language-code` and translated titles give.
    pub fn language(self) -> &'static str {
        match self {
            Script::Latin => "en",
            Script::Accented => "es",
            Script::Cyrillic => "ru",
            Script::Greek => "el",
            Script::Chinese => "zh_CN",
            Script::Japanese => "ja",
            Script::Korean => "ko",
            Script::Arabic => "ar",
            Script::Devanagari => "hi",
            Script::Thai => "th",
        }
    }

    /// The fewest and the most syllables of a word and of a name.
    pub fn lengths(self) -> (i64, i64) {
        match self {
            Script::Chinese | Script::Korean | Script::Japanese => (1, 2),
            Script::Thai | Script::Arabic | Script::Devanagari => (2, 3),
            _ => (2, 4),
        }
    }

    pub fn syllables(self) -> &'static [&'static str] {
        match self {
            Script::Latin => LATIN,
            Script::Accented => ACCENTED,
            Script::Cyrillic => CYRILLIC,
            Script::Greek => GREEK,
            Script::Chinese => CHINESE,
            Script::Japanese => JAPANESE,
            Script::Korean => KOREAN,
            Script::Arabic => ARABIC,
            Script::Devanagari => DEVANAGARI,
            Script::Thai => THAI,
        }
    }
}

const LATIN: &[&str] = &[
    "ba", "bel", "bor", "ca", "cen", "cor", "cul", "da", "del", "dra", "du", "el", "er", "fa", "fen", "fi",
    "ga", "gel", "gri", "ha", "hel", "in", "is", "ka", "kor", "la", "lan", "len", "lo", "lu", "ma", "men",
    "mi", "mor", "mus", "na", "nel", "no", "nu", "or", "pa", "pel", "pi", "pra", "qua", "ra", "ren", "ri",
    "ro", "sa", "sen", "sil", "sol", "sta", "ta", "tel", "ter", "ti", "tor", "tra", "ul", "un", "va", "ven",
    "vi", "vor", "wel", "wi", "xa", "yan", "yo", "zel", "zi", "zu",
];
const ACCENTED: &[&str] = &[
    "á", "bé", "ção", "ça", "dé", "el", "én", "ér", "fö", "gá", "hü", "ía", "ján", "ka", "kö", "la", "lán",
    "lé", "ló", "ma", "mé", "nä", "né", "ño", "ñez", "ós", "ö", "pé", "ra", "ré", "ří", "sa", "sé", "ső",
    "ša", "šk", "ta", "té", "tó", "ú", "ün", "va", "vé", "zé", "ží", "žo", "łow", "ście", "çi", "ği", "ø",
    "ør", "æ", "å", "ß", "ne", "ri", "do", "mo", "li",
];
const CYRILLIC: &[&str] = &[
    "ба", "бел", "ва", "вор", "га", "гор", "да", "дро", "же", "за", "зин", "и", "ин", "ка", "ков", "кра",
    "ла", "лен", "ли", "лю", "ма", "мен", "ми", "на", "нев", "ни", "но", "о", "ов", "па", "пет", "по", "про",
    "ра", "рин", "ро", "са", "сев", "ски", "ста", "та", "тер", "ти", "то", "тра", "у", "фе", "ха", "цы",
    "ча", "чен", "ша", "щи", "юр", "яр", "ій", "ї", "є",
];
const GREEK: &[&str] = &[
    "α", "βα", "γα", "γο", "δη", "δι", "ε", "ζω", "θε", "ια", "κα", "κο", "κρι", "λα", "λο", "μα", "με",
    "μι", "να", "νο", "ξε", "ου", "πα", "πο", "προ", "ρα", "ρι", "σα", "σο", "στα", "τα", "τη", "του", "υ",
    "φα", "φι", "χα", "χρο", "ψυ", "ως", "ός", "ία", "ής",
];
const CHINESE: &[&str] = &[
    "安", "白", "北", "波", "材", "长", "城", "川", "大", "道", "电", "东", "法", "方", "飞", "分", "风",
    "高", "工", "光", "国", "海", "汉", "河", "红", "湖", "华", "化", "机", "江", "金", "经", "究", "科",
    "理", "力", "林", "龙", "路", "马", "明", "南", "能", "农", "平", "青", "清", "区", "热", "山", "生",
    "石", "史", "水", "松", "泰", "天", "田", "土", "文", "西", "系", "新", "学", "研", "阳", "叶", "玉",
    "云", "长", "志", "中", "州", "子", "𠮷",
];
const JAPANESE: &[&str] = &[
    "あ", "い", "か", "き", "さ", "の", "を", "ン", "タ", "ラ", "ス", "ル", "ア", "エ", "オ", "カ", "コ",
    "シ", "テ", "ト", "マ", "モ", "ー", "川", "木", "田", "中", "村", "山", "本", "松", "島", "原", "林",
    "森", "池", "橋", "石", "井", "藤", "谷", "岡", "崎", "浜", "辺", "沢", "野", "高",
];
const KOREAN: &[&str] = &[
    "가", "강", "고", "구", "권", "기", "김", "나", "남", "노", "다", "대", "도", "동", "라", "류", "마",
    "미", "민", "박", "배", "백", "보", "사", "서", "선", "성", "소", "수", "신", "안", "연", "영", "오",
    "우", "유", "윤", "은", "이", "임", "자", "장", "재", "정", "조", "주", "지", "진", "채", "천", "최",
    "태", "하", "한", "허", "현", "호", "홍", "황", "희",
];
const ARABIC: &[&str] = &[
    "با", "بن", "تا", "جا", "جم", "حا", "حس", "خا", "دا", "را", "رح", "زا", "سا", "سل", "شا", "صا", "طا",
    "عا", "عب", "غا", "فا", "قا", "كا", "كر", "لا", "ما", "مح", "مو", "نا", "نو", "ها", "وا", "يا", "يم",
    "ين", "ید", "گل", "پا",
];
const DEVANAGARI: &[&str] = &[
    "अ",
    "आ",
    "कु",
    "का",
    "गो",
    "गि",
    "चा",
    "जा",
    "ता",
    "दे",
    "धा",
    "न",
    "ना",
    "पा",
    "प्र",
    "बा",
    "भा",
    "म",
    "मा",
    "मि",
    "य",
    "रा",
    "रि",
    "ल",
    "ला",
    "व",
    "वि",
    "शा",
    "श्र",
    "स",
    "सि",
    "ह",
    "हा",
    "क्ष",
    "ज्ञ",
];
const THAI: &[&str] = &[
    "กา",
    "การ",
    "ขา",
    "คำ",
    "จัน",
    "ชัย",
    "ณา",
    "ดี",
    "ตา",
    "ทอง",
    "ธา",
    "นา",
    "นี",
    "บุญ",
    "ประ",
    "พร",
    "พันธ์",
    "ภา",
    "มา",
    "ยา",
    "รา",
    "รัต",
    "ลี",
    "วัน",
    "วิ",
    "ศรี",
    "ศิ",
    "สม",
    "สุ",
    "อา",
];
