//! More names of countries: in the languages of addresses, official ones, and forms that addresses
//! have.
//!
//! Made of the names of the Unicode CLDR (Unicode licence) in eighteen languages and in each
//! country's own ones, of ISO 3166's names and official ones, and of forms seen in affiliations.

/// A line for each country: its code and its names.
pub const MORE_NAMES: &str = "\
AD:Andorre|Andora|Андорра|安道尔|アンドラ|أندورا|Principality of Andorra
AE:Émirats arabes unis|Vereinigte Arabische Emirate|Emiratos Árabes Unidos|Emirati Arabi Uniti|Emirados Árabes Unidos|Verenigde Arabische Emiraten\
|Zjednoczone Emiraty Arabskie|Birleşik Arap Emirlikleri|Förenade Arabemiraten|ОАЭ|Обʼєднані Арабські Емірати|阿拉伯联合酋长国|アラブ首長国連邦|الإمارات العربية المتحدة|Uni Emirat Arab\
|Spojené arabské emiráty|امارات متحدهٔ عربی|United Arab Emirates (UAE)|Emirates
AF:Afganistán|Afeganistão|Афганистан|Афганістан|阿富汗|アフガニスタン|أفغانستان|Islamic Republic of Afghanistan|افغانستان
AG:Antigua-et-Barbuda|Antigua und Barbuda|Antigua y Barbuda|Antigua e Barbuda|Antigua en Barbuda|Antigua i Barbuda|Antigua ve Barbuda|Antigua och Barbuda\
|Антигуа и Барбуда|Антигуа і Барбуда|安提瓜和巴布达|アンティグア・バーブーダ|أنتيغوا وبربودا|Antigua dan Barbuda|Antigua a Barbuda|آنتیگوا و باربودا
AI:Anguilla|Anguila|Ангилья|Ангілья|安圭拉|アンギラ|أنغويلا|آنگویلا
AL:Albanie|Albanien|Arnavutluk|Албания|Албанія|阿尔巴尼亚|アルバニア|ألبانيا|آلبانی|Shqipëri|Republic of Albania
AM:Arménie|Armenien|Ermenistan|Армения|Вірменія|亚美尼亚|アルメニア|أرمينيا|ارمنستان|Հայաստան|Republic of Armenia
AO:Ангола|安哥拉|アンゴラ|أنغولا|آنگولا|Republic of Angola
AQ:Antarctique|Antarktis|Antártida|Antartide|Antarktyda|Antarktika|Антарктида|Антарктика|南极洲|أنتاركتيكا|Antarktida|جنوبگان
AR:Argentine|Argentinien|Argentinië|Argentyna|Arjantin|Аргентина|阿根廷|アルゼンチン|الأرجنتين|آرژانتین|Argentine Republic
AS:American Samoa|Samoa américaines|Amerikanisch-Samoa|Samoa Americana|Amerikaans-Samoa|Samoa Amerykańskie|Amerikan Samoası|Amerikanska Samoa|Американское Самоа\
|Американське Самоа|美属萨摩亚|米領サモア|ساموا الأمريكية|Samoa Amerika|Americká Samoa|ساموآی امریکا
AT:Autriche|Oostenrijk|Avusturya|Österrike|Австрия|Австрія|奥地利|オーストリア|النمسا|Rakousko|اتریش|Republic of Austria
AU:Australie|Australien|Avustralya|Австралия|Австралія|澳大利亚|オーストラリア|أستراليا|استرالیا|Commonwealth of Australia
AW:Аруба|阿鲁巴|アルバ|أروبا
AX:Åland Islands|Îles Åland|Ålandinseln|Islas Aland|Isole Åland|Ilhas Aland|Åland|Wyspy Alandzkie|Åland Adaları|Аландские о-ва|Аландські Острови|奥兰群岛|オーランド諸島|جزر آلاند\
|Kepulauan Aland|Ålandy|جزایر آلاند
AZ:Azerbaïdjan|Aserbaidschan|Azerbaiyán|Azerbaigian|Azerbaijão|Azerbeidzjan|Azerbejdżan|Azerbaycan|Azerbajdzjan|Азербайджан|阿塞拜疆|アゼルバイジャン|أذربيجان|Ázerbájdžán\
|جمهوری آذربایجان|Азәрбајҹан|Republic of Azerbaijan
BA:Bosnie-Herzégovine|Bosnien und Herzegowina|Bosnia y Herzegovina|Bosnia ed Erzegovina|Bósnia e Herzegovina|Bosnië en Herzegovina|Bośnia i Hercegowina|Bosna-Hersek\
|Bosnien och Hercegovina|Босния и Герцеговина|Боснія і Герцеговина|波斯尼亚和黑塞哥维那|ボスニア・ヘルツェゴビナ|البوسنة والهرسك|Bosnia dan Herzegovina|Bosna a Hercegovina|بوسنی و هرزگوین\
|Босна и Херцеговина|Bosnia & Herzegovina|Republic of Bosnia and Herzegovina
BB:Barbade|Барбадос|巴巴多斯|バルバドス|بربادوس|باربادوس
BD:Bangladesch|Bangladés|Bangladesz|Бангладеш|孟加拉国|バングラデシュ|بنغلاديش|بنگلادش|বাংলাদেশ|People's Republic of Bangladesh
BE:Bélgica|Belgio|Belgia|Belçika|Бельгия|Бельгія|比利时|ベルギー|بلجيكا|بلژیک|Kingdom of Belgium
BF:Burquina Faso|Буркина-Фасо|Буркіна-Фасо|布基纳法索|ブルキナファソ|بوركينا فاسو|بورکینافاسو
BG:Bulgarie|Bulgarien|Bulgarije|Bułgaria|Bulgaristan|Болгария|Болгарія|保加利亚|ブルガリア|بلغاريا|Bulharsko|بلغارستان|Republic of Bulgaria
BH:Bahreïn|Baréin|Bahrajn|Bahreyn|Бахрейн|バーレーン|البحرين|بحرین|Kingdom of Bahrain
BI:Бурунди|Бурунді|布隆迪|ブルンジ|بوروندي|بوروندی|Uburundi|Republic of Burundi
BJ:Бенин|Бенін|ベナン|بنين|بنین|Republic of Benin
BL:St. Barthélemy|Saint-Barthélemy|San Bartolomé|São Bartolomeu|S:t Barthélemy|Сен-Бартелеми|Сен-Бартелемі|圣巴泰勒米|サン・バルテルミー|سان بارتليمي|Svatý Bartoloměj|سن بارتلمی
BM:Bermudes|Bermudas|Bermudy|Бермудские о-ва|Бермудські Острови|百慕大|バミューダ|برمودا
BN:Бруней|ブルネイ|بروناي|Brunej|برونئی|بروني
BO:Bolivie|Bolivien|Boliwia|Bolivya|Боливия|Болівія|玻利维亚|ボリビア|بوليفيا|بولیوی|Plurinational State of Bolivia|Bolivia, Plurinational State of
BQ:Caribbean Netherlands|Pays-Bas caribéens|Karibische Niederlande|Caribe neerlandés|Caraibi Olandesi|Países Baixos Caribenhos|Caribisch Nederland|Niderlandy Karaibskie\
|Karayip Hollandası|Karibiska Nederländerna|Бонэйр, Синт-Эстатиус и Саба|Карибські Нідерланди|荷属加勒比区|オランダ領カリブ|هولندا الكاريبية|Belanda Karibia|Karibské Nizozemsko\
|جزایر کارائیب هلند|Bonaire, Sint Eustatius and Saba
BR:Brésil|Brasilien|Brasile|Brazilië|Brazylia|Brezilya|Бразилия|Бразилія|ブラジル|البرازيل|برزیل|Brazília|Federative Republic of Brazil
BS:Bahama's|Bahamy|Bahamalar|Багамы|Багамські Острови|巴哈马|バハマ|جزر البهاما|Bahama|باهاما|Commonwealth of the Bahamas|Bahamas, The
BT:Bhoutan|Bután|Butão|Бутан|ブータン|بوتان|འབྲུག|Kingdom of Bhutan
BV:Bouvet Island|Île Bouvet|Bouvetinsel|Isla Bouvet|Isola Bouvet|Ilha Bouvet|Bouveteiland|Wyspa Bouveta|Bouvet Adası|Bouvetön|о-в Буве|Острів Буве|布韦岛|ブーベ島|جزيرة بوفيه\
|Pulau Bouvet|Bouvetův ostrov|جزیرهٔ بووه
BW:Botsuana|Botsvana|Ботсвана|博茨瓦纳|ボツワナ|بوتسوانا|Republic of Botswana
BY:Biélorussie|Bielorrusia|Bielorussia|Bielorrússia|Białoruś|Білорусь|白俄罗斯|ベラルーシ|بيلاروس|Bělorusko|بلاروس|Republic of Belarus|Byelorussia
BZ:Belice|Белиз|Беліз|伯利兹|ベリーズ|بليز|بلیز
CA:Kanada|Канада|加拿大|カナダ|كندا|کانادا
CC:Cocos (Keeling) Islands|Cocos|Îles Cocos|Kokosinseln|Islas Cocos|Isole Cocos (Keeling)|Isole Cocos|Ilhas Cocos (Keeling)|Ilhas Cocos|Cocoseilanden|Wyspy Kokosowe\
|Cocos (Keeling) Adaları|Kokosöarna|Кокосовые о-ва|Кокосові (Кілінг) Острови|Кокосові|科科斯（基林）群岛|ココス(キーリング)諸島|جزر كوكوس (كيلينغ)|جزر كوكوس|Kepulauan Cocos (Keeling)\
|Kepulauan Cocos|Kokosové ostrovy|جزایر کوکوس
CD:Kongo-Kinshasa|República Democrática del Congo|Demokratyczna Republika Konga|Kongo - Kinşasa|Конго - Киншаса|Конго – Кіншаса|刚果（金）|コンゴ民主共和国(キンシャサ)|الكونغو - كينشاسا\
|کنگو - کینشاسا|DRC|Democratic Republic of Congo|D.R. Congo|Congo, the Democratic Republic of the|Congo, Dem. Rep.
CF:République centrafricaine|Zentralafrikanische Republik|República Centroafricana|Repubblica Centrafricana|República Centro-Africana|Centraal-Afrikaanse Republiek\
|Republika Środkowoafrykańska|Orta Afrika Cumhuriyeti|Centralafrikanska republiken|Центрально-Африканская Республика|Центральноафриканська Республіка|中非共和国|中央アフリカ共和国\
|جمهورية أفريقيا الوسطى|Republik Afrika Tengah|Středoafrická republika|جمهوری افریقای مرکزی|Ködörösêse tî Bêafrîka
CG:Kongo-Brazzaville|Congo|República do Congo|Kongo|Kongo - Brazavil|Конго - Браззавиль|Конго – Браззавіль|刚果（布）|コンゴ共和国(ブラザビル)|الكونغو - برازافيل|کنگو - برازویل\
|Congo, Rep.
CH:Suiza|Suíça|Zwitserland|Szwajcaria|İsviçre|Швейцария|Швейцарія|スイス|سويسرا|Swiss|Švýcarsko|سوئیس|Schwiiz|Swiss Confederation
CI:Costa d'Avorio|Costa do Marfim|Ivoorkust|Elfenbenskusten|Кот-д'Ивуар|Кот-дʼІвуар|科特迪瓦|コートジボワール|ساحل العاج|Pobřeží slonoviny|ساحل عاج|Republic of Côte d'Ivoire
CK:Cook Islands|Îles Cook|Cookinseln|Islas Cook|Isole Cook|Ilhas Cook|Cookeilanden|Wyspy Cooka|Cook Adaları|Cooköarna|о-ва Кука|Острови Кука|库克群岛|クック諸島|جزر كوك\
|Kepulauan Cook|Cookovy ostrovy|جزایر کوک
CL:Chili|Cile|Şili|Чили|Чилі|تشيلي|شیلی|Republic of Chile
CM:Kamerun|Camerún|Camarões|Kameroen|Камерун|喀麦隆|カメルーン|الكاميرون|کامرون|Republic of Cameroon
CN:Chine|Cina|Chiny|Çin|Kina|Китай|الصين|Tiongkok|چین|Peoples Republic of China|PRC|Mainland China|PR of China|People Republic of China|China PR
CO:Colombie|Kolumbien|Kolumbia|Kolombiya|Колумбия|Колумбія|哥伦比亚|コロンビア|كولومبيا|Kolombia|Kolumbie|کلمبیا|República de Colombia|Republic of Colombia
CR:Kostaryka|Kosta Rika|Коста-Рика|哥斯达黎加|コスタリカ|كوستاريكا|Kostarika|کاستاریکا|Republic of Costa Rica
CU:Kuba|Куба|キューバ|كوبا|کوبا|Republic of Cuba
CV:Cap-Vert|Capo Verde|Kaapverdië|Republika Zielonego Przylądka|Kap Verde|Кабо-Верде|佛得角|カーボベルデ|الرأس الأخضر|Tanjung Verde|Kapverdy|کیپ‌ورد|Republic of Cabo Verde
CW:Curazao|Кюрасао|库拉索|キュラソー|كوراساو|کوراسائو|Kòrsou
CX:Christmas Island|Île Christmas|Weihnachtsinsel|Isla de Navidad|Isola Christmas|Ilha Christmas|Christmaseiland|Wyspa Bożego Narodzenia|Christmas Adası|Julön\
|о-в Рождества|Острів Різдва|圣诞岛|クリスマス島|جزيرة كريسماس|Pulau Natal|Vánoční ostrov|جزیرهٔ کریسمس
CY:Chypre|Zypern|Chipre|Cipro|Cypr|Cypern|Кипр|Кіпр|塞浦路斯|キプロス|قبرص|Siprus|Kypr|قبرس|Republic of Cyprus
CZ:Tchéquie|Tschechien|Chequia|Cechia|Tchéquia|Tsjechië|Czechy|Çekya|Tjeckien|Чехия|Чехія|チェコ|التشيك|Ceko|Czech Rep|The Czech Republic
DE:Germania|Alemanha|Duitsland|Niemcy|Almanya|Tyskland|Германия|Німеччина|ドイツ|ألمانيا|Jerman|Německo|آلمان|Federal Republic of Germany|West Germany|F.R. Germany|FRG\
|Fed. Rep. Germany|BRD|GDR|East Germany
DJ:Dschibuti|Yibuti|Gibuti|Djibuti|Dżibuti|Cibuti|Джибути|Джибуті|吉布提|ジブチ|جيبوتي|Jibuti|Džibutsko|جیبوتی|Republic of Djibouti
DK:Danemark|Dinamarca|Danimarca|Denemarken|Dania|Danimarka|Дания|Данія|デンマーク|الدانمرك|Dánsko|دانمارک|Kingdom of Denmark
DM:Dominique|Dominika|Доминика|Домініка|多米尼克|ドミニカ国|دومينيكا|دومینیکا|Commonwealth of Dominica
DO:République dominicaine|Dominikanische Republik|Repubblica Dominicana|Dominicaanse Republiek|Dominikana|Dominik Cumhuriyeti|Dominikanska republiken\
|Доминиканская Республика|Домініканська Республіка|多米尼加共和国|ドミニカ共和国|جمهورية الدومينيكان|Republik Dominika|Dominikánská republika|جمهوری دومینیکن
DZ:Algerien|Argelia|Algerije|Algieria|Cezayir|Algeriet|Алжир|阿尔及利亚|アルジェリア|الجزائر|Aljazair|Alžírsko|الجزایر|People's Democratic Republic of Algeria
EC:Équateur|Equador|Ekwador|Ekvador|Эквадор|Еквадор|厄瓜多尔|エクアドル|الإكوادور|Ekuador|اکوادور|Republic of Ecuador
EE:Estonie|Estland|Estonya|Эстония|Естонія|爱沙尼亚|エストニア|إستونيا|Estonsko|استونی|Republic of Estonia
EG:Égypte|Ägypten|Egipto|Egitto|Egito|Egipt|Mısır|Egypten|Египет|Єгипет|エジプト|Mesir|Arab Republic of Egypt|Egypt, Arab Rep.
EH:Western Sahara|Sahara occidental|Westsahara|Sahara Occidentale|Saara Ocidental|Westelijke Sahara|Sahara Zachodnia|Batı Sahra|Västsahara|Западная Сахара|Західна Сахара\
|西撒哈拉|西サハラ|الصحراء الغربية|Sahara Barat|Západní Sahara|صحرای غربی
ER:Érythrée|Eritreia|Erytrea|Eritre|Эритрея|Еритрея|厄立特里亚|エリトリア|إريتريا|اریتره|ኤርትራ|the State of Eritrea|State of Eritrea
ES:Espagne|Spanien|Spagna|Espanha|Spanje|Hiszpania|İspanya|Испания|Іспанія|西班牙|スペイン|إسبانيا|Spanyol|Španělsko|اسپانیا|Kingdom of Spain
ET:Éthiopie|Äthiopien|Etiopía|Etiyopya|Etiopien|Эфиопия|Ефіопія|埃塞俄比亚|エチオピア|إثيوبيا|Etiopie|اتیوپی|ኢትዮጵያ|Federal Democratic Republic of Ethiopia
FI:Finlande|Finnland|Finlandia|Finlandiya|Финляндия|Фінляндія|フィンランド|فنلندا|Finsko|فنلاند|Republic of Finland
FJ:Fidji|Fidschi|Fiyi|Figi|Fidżi|Фиджи|Фіджі|フィジー|فيجي|فیجی|Republic of Fiji
FK:Îles Malouines|Falklandinseln|Islas Malvinas|Isole Falkland|Ilhas Malvinas|Falklandeilanden|Falklandy|Falkland Adaları|Falklandsöarna|Фолклендские о-ва\
|Фолклендські Острови|福克兰群岛|フォークランド諸島|جزر فوكلاند|Kepulauan Falkland|Falklandské ostrovy|جزایر فالکلند|Falkland Islands (Malvinas)
FM:Micronesia|Micronésie|Mikronesien|Mikronezja|Mikronezya|Федеративные Штаты Микронезии|Мікронезія|密克罗尼西亚|ミクロネシア連邦|ميكرونيزيا|Mikronesia|Mikronésie|میکرونزی\
|Federated States of Micronesia|Micronesia, Federated States of|Micronesia, Fed. Sts.
FO:Îles Féroé|Färöer|Islas Feroe|Isole Fær Øer|Ilhas Faroé|Faeröer|Wyspy Owcze|Faroe Adaları|Färöarna|Фарерские о-ва|Фарерські Острови|法罗群岛|フェロー諸島|جزر فارو\
|Kepulauan Faroe|Faerské ostrovy|جزایر فارو
FR:França|Frankrijk|Francja|Fransa|Frankrike|Франция|Франція|フランス|فرنسا|Prancis|Francie|فرانسه|French Republic
GA:Gabun|Gabão|Габон|ガボン|الغابون|گابن|Gabonese Republic
GB:Royaume-Uni|Vereinigtes Königreich|Reino Unido|Regno Unito|Verenigd Koninkrijk|Wielka Brytania|Birleşik Krallık|Storbritannien|Великобритания|Велика Британія|イギリス\
|المملكة المتحدة|Inggris Raya|Spojené království|بریتانیا|Großbritannien|Grande-Bretagne|Inglaterra|Escocia|United Kingdom of Great Britain and Northern Ireland\
|Great Britain and Northern Ireland
GD:Grenade|Granada|Гренада|格林纳达|グレナダ|غرينادا|گرنادا
GE:Géorgie|Georgien|Gruzja|Gürcistan|Грузия|Грузія|格鲁吉亚|ジョージア|جورجيا|Gruzie|گرجستان|საქართველო
GF:Guyane française|Französisch-Guayana|Guayana Francesa|Guyana Francese|Guiana Francesa|Frans-Guyana|Gujana Francuska|Fransız Guyanası|Franska Guyana|Французская Гвиана\
|Французька Гвіана|法属圭亚那|仏領ギアナ|غويانا الفرنسية|Guyana Prancis|Francouzská Guyana|گویان فرانسه
GG:Guernesey|Гернси|Гернсі|根西岛|ガーンジー|غيرنزي|گرنزی
GH:Gana|Гана|ガーナ|غانا|غنا|Republic of Ghana
GI:Gibilterra|Cebelitarık|Гибралтар|Гібралтар|直布罗陀|ジブラルタル|جبل طارق|جبل‌الطارق
GL:Groenland|Grönland|Groenlandia|Grenlandia|Гренландия|Гренландія|格陵兰|グリーンランド|غرينلاند|Grónsko|گرینلند|Kalaallit Nunaat
GM:Gambie|Gambiya|Гамбия|Гамбія|冈比亚|ガンビア|غامبيا|گامبیا|Republic of the Gambia|Gambia, The
GN:Guiné|Gwinea|Gine|Гвинея|Гвінея|几内亚|ギニア|غينيا|گینه|Republic of Guinea
GP:Guadalupe|Guadalupa|Gwadelupa|Гваделупа|瓜德罗普|グアドループ|غوادلوب|گوادلوپ
GQ:Guinée équatoriale|Äquatorialguinea|Guinea Ecuatorial|Guinea Equatoriale|Guiné Equatorial|Equatoriaal-Guinea|Gwinea Równikowa|Ekvator Ginesi|Ekvatorialguinea\
|Экваториальная Гвинея|Екваторіальна Гвінея|赤道几内亚|赤道ギニア|غينيا الاستوائية|Guinea Ekuatorial|Rovníková Guinea|گینهٔ استوایی|Republic of Equatorial Guinea
GR:Grèce|Griechenland|Grecia|Griekenland|Grecja|Yunanistan|Grekland|Греция|Греція|ギリシャ|اليونان|Yunani|Řecko|یونان
GS:South Georgia and South Sandwich Islands|Géorgie du Sud-et-les Îles Sandwich du Sud|Südgeorgien und die Südlichen Sandwichinseln\
|Islas Georgia del Sur y Sandwich del Sur|Georgia del Sud e Sandwich Australi|Ilhas Geórgia do Sul e Sandwich do Sul|Zuid-Georgia en Zuidelijke Sandwicheilanden\
|Georgia Południowa i Sandwich Południowy|Güney Georgia ve Güney Sandwich Adaları|Sydgeorgien och Sydsandwichöarna|Южная Георгия и Южные Сандвичевы о-ва\
|Південна Джорджія та Південні Сандвічеві Острови|南乔治亚和南桑威奇群岛|サウスジョージア・サウスサンドウィッチ諸島|جورجيا الجنوبية وجزر ساندويتش الجنوبية|Georgia Selatan & Kep. Sandwich Selatan\
|Jižní Georgie a Jižní Sandwichovy ostrovy|جورجیای جنوبی و جزایر ساندویچ جنوبی|South Georgia and the South Sandwich Islands
GT:Gwatemala|Гватемала|危地马拉|グアテマラ|غواتيمالا|گواتمالا|Republic of Guatemala
GU:Гуам|グアム|غوام|گوام
GW:Guinée-Bissau|Guinea-Bisáu|Guiné-Bissau|Gwinea Bissau|Gine-Bissau|Гвинея-Бисау|Гвінея-Бісау|几内亚比绍|ギニアビサウ|غينيا بيساو|گینهٔ بیسائو|Republic of Guinea-Bissau
GY:Guiana|Gujana|Гайана|Гаяна|圭亚那|ガイアナ|غيانا|گویان|Republic of Guyana
HK:Hong Kong SAR China|R.A.S. chinoise de Hong Kong|Sonderverwaltungsregion Hongkong|RAE de Hong Kong (China)|RAE de Hong Kong|RAS di Hong Kong|Hong Kong, RAE da China\
|Hongkong SAR van China|SRA Hongkong (Chiny)|SRA Hongkong|Çin Hong Kong ÖİB|Hongkong SAR|Гонконг (САР)|Гонконг|Гонконг, ОАР Китаю|中国香港特别行政区|中華人民共和国香港特別行政区\
|هونغ كونغ الصينية (منطقة إدارية خاصة)|هونغ كونغ الصينية|Hong Kong DAK Tiongkok|Hongkong – ZAO Číny|هنگ‌کنگ، منطقهٔ ویژهٔ اداری چین|中國香港特別行政區|Hong Kong SAR|Hongkong\
|Hong Kong Special Administrative Region of China
HM:Heard Island and McDonald Islands|Îles Heard-et-MacDonald|Heard und McDonaldinseln|Islas Heard y McDonald|Isole Heard e McDonald|Ilhas Heard e McDonald\
|Heard en McDonaldeilanden|Wyspy Heard i McDonalda|Heard Adası ve McDonald Adaları|Heardön och McDonaldöarna|о-ва Херд и Макдональд|Острови Герд і Макдоналд|赫德岛和麦克唐纳群岛\
|ハード島・マクドナルド諸島|جزيرة هيرد وجزر ماكدونالد|Pulau Heard dan Kepulauan McDonald|Heardův ostrov a McDonaldovy ostrovy|هرد و جزایر مک‌دونالد
HN:Гондурас|洪都拉斯|ホンジュラス|هندوراس|Republic of Honduras
HR:Croatie|Kroatien|Croacia|Croazia|Kroatië|Chorwacja|Hırvatistan|Хорватия|Хорватія|克罗地亚|クロアチア|كرواتيا|Kroasia|Chorvatsko|کرواسی|Republic of Croatia
HT:Гаити|Гаїті|ハイチ|هايتي|هائیتی|Republic of Haiti
HU:Hongrie|Ungarn|Hungría|Ungheria|Hongarije|Węgry|Macaristan|Ungern|Венгрия|Угорщина|匈牙利|ハンガリー|هنغاريا|Hungaria|Maďarsko|مجارستان
ID:Indonésie|Indonesien|Indonezja|Endonezya|Индонезия|Індонезія|印度尼西亚|インドネシア|إندونيسيا|اندونزی|Republic of Indonesia
IE:Irlande|Irland|Irlanda|Ierland|Irlandia|Ирландия|Ірландія|爱尔兰|アイルランド|أيرلندا|Irsko|ایرلند
IL:Israele|Izrael|İsrail|Израиль|Ізраїль|以色列|イスラエル|إسرائيل|اسرائیل|State of Israel
IM:Île de Man|Isla de Man|Isola di Man|Ilha de Man|Wyspa Man|Man Adası|о-в Мэн|Острів Мен|马恩岛|マン島|جزيرة مان|Pulau Man|Ostrov Man|جزیرهٔ من|Ellan Vannin
IN:Inde|Indien|Indie|Hindistan|Индия|Індія|インド|الهند|هند|भारत|Republic of India
IO:British Indian Ocean Territory|Territoire britannique de l'océan Indien|Britisches Territorium im Indischen Ozean|Territorio Británico del Océano Índico\
|Territorio Britannico dell'Oceano Indiano|Território Britânico do Oceano Índico|Brits Indische Oceaanterritorium|Brytyjskie Terytorium Oceanu Indyjskiego\
|Britanya Hint Okyanusu Toprakları|Brittiska territoriet i Indiska oceanen|Британская территория в Индийском океане|Британська територія в Індійському океані|英属印度洋领地\
|英領インド洋地域|الإقليم البريطاني في المحيط الهندي|Wilayah Inggris di Samudra Hindia|Britské indickooceánské území|قلمرو بریتانیا در اقیانوس هند
IQ:Irak|Iraque|Ирак|Ірак|伊拉克|イラク|عراق|Republic of Iraq
IR:Irã|Иран|Іран|イラン|إيران|Islamic Rep. of Iran|Iran, Islamic Republic of|Iran, Islamic Rep.
IS:Islande|Islandia|Islanda|IJsland|İzlanda|Исландия|Ісландія|アイスランド|آيسلندا|ایسلند|Republic of Iceland
IT:Italie|Italien|Włochy|İtalya|Италия|Італія|意大利|イタリア|إيطاليا|ایتالیا|Italian Republic
JE:Джерси|Джерсі|泽西岛|ジャージー|جيرسي|جرزی
JM:Jamaïque|Jamaika|Giamaica|Jamajka|Ямайка|牙买加|ジャマイカ|جامايكا|جامائیکا
JO:Jordanie|Jordanien|Jordania|Giordania|Ürdün|Иордания|Йорданія|ヨルダン|الأردن|Yordania|Jordánsko|اردن|Hashemite Kingdom of Jordan
JP:Japon|Giappone|Japão|Japonia|Japonya|Япония|Японія|اليابان|Jepang|Japonsko|ژاپن
KE:Kenia|Quênia|Кения|Кенія|肯尼亚|ケニア|كينيا|Keňa|کنیا|Republic of Kenya
KG:Kirghizstan|Kirgisistan|Kirguistán|Kirghizistan|Quirguistão|Kirgizië|Kirgistan|Kırgızistan|Kirgizistan|Киргизия|Киргизстан|吉尔吉斯斯坦|キルギス|قيرغيزستان|Kirgizstan|قرقیزستان\
|Кыргызстан|Kyrgyz Republic
KH:Cambodge|Kambodscha|Camboya|Cambogia|Camboja|Cambodja|Kambodża|Kamboçya|Kambodja|Камбоджа|柬埔寨|カンボジア|كمبوديا|Kamboja|کامبوج|កម្ពុជា|Kingdom of Cambodia
KI:Kiribati|Quiribati|Кирибати|Кірибаті|基里巴斯|キリバス|كيريباتي|کیریباتی|Republic of Kiribati
KM:Comores|Komoren|Comoras|Comore|Comoren|Komory|Komorlar|Komorerna|Коморы|Комори|科摩罗|コモロ|جزر القمر|Komoro|کومور|Union of the Comoros
KN:St. Kitts and Nevis|Saint-Christophe-et-Niévès|St. Kitts und Nevis|San Cristóbal y Nieves|Saint Kitts e Nevis|São Cristóvão e Névis|Saint Kitts en Nevis\
|Saint Kitts i Nevis|Saint Kitts ve Nevis|S:t Kitts och Nevis|Сент-Китс и Невис|Сент-Кітс і Невіс|圣基茨和尼维斯|セントクリストファー・ネーヴィス|سانت كيتس ونيفيس|Saint Kitts dan Nevis\
|Svatý Kryštof a Nevis|سنت کیتس و نویس|Saint Kitts and Nevis|St. Kitts and Nevis
KP:Corée du Nord|Nordkorea|Corea del Norte|Corea del Nord|Coreia do Norte|Noord-Korea|Korea Północna|Kuzey Kore|КНДР|Північна Корея|北朝鮮|كوريا الشمالية|Korea Utara\
|Severní Korea|کرهٔ شمالی|북한|DPR Korea|Democratic People's Republic of Korea|Korea, Democratic People's Republic of|Korea, Dem. People's Rep.
KR:Corée du Sud|Südkorea|Corea del Sur|Corea del Sud|Coreia do Sul|Zuid-Korea|Korea Południowa|Güney Kore|Sydkorea|Республика Корея|Південна Корея|كوريا الجنوبية\
|Korea Selatan|Jižní Korea|کرهٔ جنوبی|S. Korea|Korea (South)|Korea, Republic of|Korea Republic|Rep. of Korea|Republic Korea|ROK|R.O. Korea|Korea, Rep.
KW:Koweït|Koeweit|Kuwejt|Kuveyt|Кувейт|科威特|クウェート|الكويت|Kuvajt|کویت|State of Kuwait
KY:Îles Caïmans|Kaimaninseln|Islas Caimán|Isole Cayman|Ilhas Cayman|Kaaimaneilanden|Kajmany|Cayman Adaları|Caymanöarna|о-ва Кайман|Кайманові Острови|开曼群岛|ケイマン諸島\
|جزر كايمان|Kepulauan Cayman|Kajmanské ostrovy|جزایر کِیمن
KZ:Kasachstan|Kazajistán|Kazakistan|Cazaquistão|Kazachstan|Kazakstan|Казахстан|哈萨克斯坦|カザフスタン|كازاخستان|قزاقستان|Republic of Kazakhstan
LA:Лаос|ラオス|لاوس|لائوس|ລາວ|Lao People's Democratic Republic
LB:Libanon|Líbano|Lübnan|Ливан|Ліван|黎巴嫩|レバノン|لبنان|Lebanese Republic
LC:St. Lucia|Sainte-Lucie|Santa Lucía|S:t Lucia|Сент-Люсия|Сент-Люсія|圣卢西亚|セントルシア|سانت لوسيا|Svatá Lucie|سنت لوسیا
LI:Лихтенштейн|Ліхтенштейн|列支敦士登|リヒテンシュタイン|ليختنشتاين|Lichtenštejnsko|لیختن‌اشتاین|Liächteschtäi|Principality of Liechtenstein
LK:Шри-Ланка|Шрі-Ланка|斯里兰卡|スリランカ|سريلانكا|سری‌لانکا|ශ්‍රී ලංකාව|இலங்கை|Ceylon|Democratic Socialist Republic of Sri Lanka
LR:Liberya|Либерия|Ліберія|利比里亚|リベリア|ليبيريا|Libérie|لیبریا|Republic of Liberia
LS:Lesoto|Лесото|莱索托|レソト|ليسوتو|لسوتو|Kingdom of Lesotho
LT:Lituanie|Litauen|Lituania|Litouwen|Litwa|Litvanya|Литва|立陶宛|リトアニア|ليتوانيا|Litva|لیتوانی|Republic of Lithuania
LU:Luxemburgo|Lussemburgo|Luksemburg|Люксембург|卢森堡|ルクセンブルク|لوكسمبورغ|Lucembursko|لوکزامبورگ|Lëtzebuerg|Grand Duchy of Luxembourg
LV:Lettonie|Lettland|Letonia|Lettonia|Letland|Łotwa|Letonya|Латвия|Латвія|拉脱维亚|ラトビア|لاتفيا|Lotyšsko|لتونی|Republic of Latvia
LY:Libye|Libyen|Libia|Libië|Ливия|Лівія|利比亚|リビア|ليبيا|لیبی|Libyan Arab Jamahiriya
MA:Marokko|Marruecos|Marocco|Marrocos|Maroko|Fas|Marocko|Марокко|摩洛哥|モロッコ|المغرب|مراکش|Meṛṛuk|Kingdom of Morocco
MC:Monako|Монако|摩纳哥|モナコ|موناكو|موناکو|Principality of Monaco
MD:Moldavie|Republik Moldau|Moldavia|Mołdawia|Moldavien|Молдова|摩尔多瓦|モルドバ|مولدوفا|Moldavsko|مولداوی|Republica Moldova|Republic of Moldova|Moldova, Republic of
ME:Czarnogóra|Karadağ|Черногория|Чорногорія|モンテネグロ|الجبل الأسود|Černá Hora|مونته‌نگرو
MF:St. Martin|Saint-Martin|San Martín|São Martinho|Сен-Мартен|法属圣马丁|サン・マルタン|سان مارتن|Svatý Martin (Francie)|Svatý Martin|سنت مارتین|Saint Martin (French part)
MG:Madagaskar|Мадагаскар|马达加斯加|マダガスカル|مدغشقر|ماداگاسکار|Madagasikara|Republic of Madagascar
MH:Marshall Islands|Îles Marshall|Marshallinseln|Islas Marshall|Isole Marshall|Ilhas Marshall|Marshalleilanden|Wyspy Marshalla|Marshall Adaları|Marshallöarna\
|Маршалловы о-ва|Маршаллові Острови|马绍尔群岛|マーシャル諸島|جزر مارشال|Kepulauan Marshall|Marshallovy ostrovy|جزایر مارشال|Republic of the Marshall Islands
MK:Macédoine du Nord|Nordmazedonien|Macedonia del Norte|Macedonia del Nord|Macedônia do Norte|Noord-Macedonië|Macedonia Północna|Kuzey Makedonya|Nordmakedonien\
|Северная Македония|Північна Македонія|北马其顿|北マケドニア|مقدونيا الشمالية|Makedonia Utara|Severní Makedonie|مقدونیهٔ شمالی|Северна Македонија|FYROM|Republic of North Macedonia\
|Former Yugoslav Republic of Macedonia
ML:Мали|Малі|مالي|مالی|Republic of Mali
MM:Myanmar (Burma)|Myanmar (Birmanie)|Myanmar (Birmania)|Mianmar (Birmânia)|Mianmar|Myanmar (Birma)|Mjanma (Birma)|Mjanma|Мьянма (Бирма)|Мьянма|Мʼянма (Бірма)|Мʼянма\
|ミャンマー (ビルマ)|ミャンマー|ميانمار (بورما)|ميانمار|Myanmar (Barma)|میانمار (برمه)|میانمار|မြန်မာ|Republic of Myanmar
MN:Mongolie|Mongolei|Moğolistan|Mongoliet|Монголия|Монголія|モンゴル|منغوليا|Mongolsko|مغولستان|Монгол
MO:Macao SAR China|R.A.S. chinoise de Macao|Sonderverwaltungsregion Macau|RAE de Macao (China)|RAE de Macao|RAS di Macao|Macau, RAE da China|Macau SAR van China\
|SRA Makau (Chiny)|SRA Makau|Çin Makao ÖİB|Macao SAR|Макао (САР)|Макао|Макао, ОАР Китаю|中国澳门特别行政区|中華人民共和国マカオ特別行政区|منطقة ماكاو الإدارية الخاصة|Makau DAK Tiongkok\
|Macao – ZAO Číny|ماکائو، منطقهٔ ویژهٔ اداری چین|中國澳門特別行政區|Macao Special Administrative Region of China
MP:Northern Mariana Islands|Îles Mariannes du Nord|Nördliche Marianen|Islas Marianas del Norte|Isole Marianne Settentrionali|Ilhas Marianas do Norte|Noordelijke Marianen\
|Mariany Północne|Kuzey Mariana Adaları|Nordmarianerna|Северные Марианские о-ва|Північні Маріанські Острови|北马里亚纳群岛|北マリアナ諸島|جزر ماريانا الشمالية|Kepulauan Mariana Utara\
|Severní Mariany|جزایر ماریانای شمالی|Commonwealth of the Northern Mariana Islands
MQ:Martinica|Martynika|Martinik|Мартиника|Мартиніка|马提尼克|マルティニーク|جزر المارتينيك|مارتینیک
MR:Mauritanie|Mauretanien|Mauretania|Moritanya|Мавритания|Мавританія|毛里塔尼亚|モーリタニア|موريتانيا|موریتانی|Islamic Republic of Mauritania
MS:Montserrat|Монтсеррат|蒙特塞拉特|モントセラト|مونتسرات|مونت‌سرات
MT:Malte|Мальта|马耳他|マルタ|مالطا|مالت|Republic of Malta
MU:Mauricio|Маврикий|Маврикій|毛里求斯|モーリシャス|موريشيوس|Mauricius|موریس|Republic of Mauritius
MV:Malediven|Maldivas|Maldive|Maldiven|Malediwy|Maldivler|Maldiverna|Мальдивы|Мальдіви|马尔代夫|モルディブ|جزر المالديف|Maladewa|Maledivy|مالدیو|ދިވެހި ރާއްޖެ\
|Republic of Maldives
MW:Malaui|Malavi|Малави|Малаві|马拉维|マラウイ|ملاوي|مالاوی|Republic of Malawi
MX:Mexique|Mexiko|Messico|Meksyk|Meksika|Мексика|墨西哥|メキシコ|المكسيك|Meksiko|مکزیک|Estados Unidos Mexicanos|United Mexican States
MY:Malaisie|Malasia|Maleisië|Malezja|Malezya|Малайзия|Малайзія|马来西亚|マレーシア|ماليزيا|Malajsie|مالزی
MZ:Mosambik|Mozambico|Mozambik|Мозамбик|Мозамбік|莫桑比克|モザンビーク|موزمبيق|موزامبیک|Republic of Mozambique
NA:Namibie|Namibya|Намибия|Намібія|纳米比亚|ナミビア|ناميبيا|نامیبیا|Republic of Namibia
NC:Neukaledonien|Nueva Caledonia|Nuova Caledonia|Nova Caledônia|Nieuw-Caledonië|Nowa Kaledonia|Yeni Kaledonya|Nya Kaledonien|Новая Каледония|Нова Каледонія|新喀里多尼亚\
|ニューカレドニア|كاليدونيا الجديدة|Kaledonia Baru|Nová Kaledonie|کالدونیای جدید
NE:Nijer|Нигер|Нігер|尼日尔|ニジェール|النيجر|نیجر|Republic of the Niger
NF:Norfolk Island|Île Norfolk|Norfolkinsel|Isla Norfolk|Isola Norfolk|Ilha Norfolk|Norfolk|Norfolk Adası|Norfolkön|о-в Норфолк|Острів Норфолк|诺福克岛|ノーフォーク島|جزيرة نورفولك\
|Kepulauan Norfolk|جزیرهٔ نورفولک
NG:Nijerya|Нигерия|Нігерія|尼日利亚|ナイジェリア|نيجيريا|Nigérie|نیجریه|Nàìjíríà|Federal Republic of Nigeria
NI:Nikaragua|Никарагуа|Нікарагуа|尼加拉瓜|ニカラグア|نيكاراغوا|نیکاراگوئه|Republic of Nicaragua
NL:Pays-Bas|Niederlande|Países Bajos|Paesi Bassi|Países Baixos|Holandia|Hollanda|Nederländerna|Нидерланды|Нідерланди|オランダ|هولندا|Belanda|Nizozemsko|هلند|the Netherland\
|Hollande|Kingdom of the Netherlands
NO:Norvège|Norwegen|Noruega|Norvegia|Noorwegen|Norwegia|Norveç|Норвегия|Норвегія|ノルウェー|النرويج|Norsko|نروژ|Kingdom of Norway
NP:Непал|尼泊尔|ネパール|نيبال|نپال|नेपाल|Federal Democratic Republic of Nepal
NR:Nauru|Науру|ナウル|ناورو|نائورو|Republic of Nauru
NU:Niue|Ниуэ|Ніуе|ニウエ|نيوي|نیوئه
NZ:Nouvelle-Zélande|Neuseeland|Nueva Zelanda|Nuova Zelanda|Nova Zelândia|Nieuw-Zeeland|Nowa Zelandia|Yeni Zelanda|Nya Zeeland|Новая Зеландия|Нова Зеландія|新西兰|ニュージーランド\
|نيوزيلندا|Selandia Baru|Nový Zéland|نیوزیلند|Aotearoa New Zealand
OM:Omã|Umman|Оман|オマーン|عُمان|Sultanate of Oman
PA:Панама|巴拿马|パナマ|بنما|پاناما|Republic of Panama
PE:Pérou|Перу|ペルー|بيرو|پرو|República del Perú|Republic of Peru
PF:Polynésie française|Französisch-Polynesien|Polinesia Francesa|Polinesia Francese|Frans-Polynesië|Polinezja Francuska|Fransız Polinezyası|Franska Polynesien\
|Французская Полинезия|Французька Полінезія|法属波利尼西亚|仏領ポリネシア|بولينيزيا الفرنسية|Polinesia Prancis|Francouzská Polynésie|پلی‌نزی فرانسه
PG:Papouasie-Nouvelle-Guinée|Papua-Neuguinea|Papúa Nueva Guinea|Papua Nuova Guinea|Papua-Nova Guiné|Papoea-Nieuw-Guinea|Papua-Nowa Gwinea|Papua Yeni Gine|Papua Nya Guinea\
|Папуа — Новая Гвинея|Папуа-Нова Гвінея|巴布亚新几内亚|パプアニューギニア|بابوا غينيا الجديدة|Papua Nugini|Papua-Nová Guinea|پاپوا گینهٔ نو|Papua Niugini\
|Independent State of Papua New Guinea
PH:Philippinen|Filipinas|Filippine|Filipijnen|Filipiny|Filipinler|Filippinerna|Филиппины|Філіппіни|菲律宾|フィリピン|الفلبين|Filipina|فیلیپین|Pilipinas\
|Republic of the Philippines
PK:Paquistão|Пакистан|巴基斯坦|パキスタン|باكستان|پاکستان|Islamic Republic of Pakistan
PL:Pologne|Polen|Polonia|Polonya|Польша|Польща|ポーランド|بولندا|Polandia|Polsko|لهستان|Republic of Poland
PM:St. Pierre and Miquelon|Saint-Pierre-et-Miquelon|St. Pierre und Miquelon|San Pedro y Miquelón|Saint-Pierre e Miquelon|São Pedro e Miquelão|Saint-Pierre en Miquelon\
|Saint-Pierre i Miquelon|Saint Pierre ve Miquelon|S:t Pierre och Miquelon|Сен-Пьер и Микелон|Сен-Пʼєр і Мікелон|圣皮埃尔和密克隆群岛|サンピエール島・ミクロン島|سان بيير ومكويلون\
|Saint Pierre dan Miquelon|Saint-Pierre a Miquelon|سن پیر و میکلن|Saint Pierre and Miquelon|St Pierre et Miquelon
PN:Pitcairn Islands|Îles Pitcairn|Pitcairninseln|Islas Pitcairn|Isole Pitcairn|Ilhas Pitcairn|Pitcairneilanden|Pitcairn|Pitcairn Adaları|Pitcairnöarna|о-ва Питкэрн\
|Острови Піткерн|皮特凯恩群岛|ピトケアン諸島|جزر بيتكيرن|Kepulauan Pitcairn|Pitcairnovy ostrovy|جزایر پیت‌کرن
PR:Porto Rico|Portorico|Portoryko|Porto Riko|Пуэрто-Рико|Пуерто-Рико|波多黎各|プエルトリコ|بورتوريكو|Puerto Riko|Portoriko|پورتوریکو
PS:Palestinian Territories|Territoires palestiniens|Palästinensische Autonomiegebiete|Territorios Palestinos|Territori Palestinesi|Palestijnse gebieden\
|Terytoria Palestyńskie|Filistin Bölgeleri|Palestinska territorierna|Палестинские территории|Палестинські території|巴勒斯坦领土|パレスチナ自治区|الأراضي الفلسطينية|Wilayah Palestina\
|Palestinská území|سرزمین‌های فلسطینی|West Bank|Gaza Strip|Gaza|Palestine, State of|the State of Palestine|State of Palestine|Palestinian Territory, Occupied
PT:Portogallo|Portugalia|Portekiz|Португалия|Португалія|葡萄牙|ポルトガル|البرتغال|Portugalsko|پرتغال|República Portuguesa|Portuguese Republic
PW:Palaos|Палау|パラオ|بالاو|پالائو|Republic of Palau
PY:Paraguai|Paragwaj|Парагвай|巴拉圭|パラグアイ|باراغواي|پاراگوئه|Republic of Paraguay
QA:Katar|Catar|Катар|卡塔尔|カタール|قطر|State of Qatar
RE:Riunione|Reunião|Реюньон|Реюньйон|留尼汪|レユニオン|روينيون|رئونیون
RO:Roumanie|Rumänien|Rumanía|Romênia|Roemenië|Rumunia|Romanya|Румыния|Румунія|罗马尼亚|ルーマニア|رومانيا|Rumunsko|رومانی
RS:Serbie|Serbien|Sérvia|Servië|Sırbistan|Сербия|Сербія|塞尔维亚|セルビア|صربيا|Srbsko|صربستان|Србија|Republic of Serbia
RU:Russie|Russland|Rusia|Rusland|Rosja|Rusya|Ryssland|Росія|俄罗斯|ロシア|روسيا|Rusko|روسیه|Российская Федерация|Russian Fed|Federation of Russia
RW:Ruanda|Руанда|卢旺达|ルワンダ|رواندا|U Rwanda|Rwandese Republic
SA:Arabie saoudite|Saudi-Arabien|Arabia Saudí|Arabia Saudita|Saoedi-Arabië|Arabia Saudyjska|Suudi Arabistan|Saudiarabien|Саудовская Аравия|Саудівська Аравія|沙特阿拉伯|サウジアラビア\
|المملكة العربية السعودية|Arab Saudi|Saúdská Arábie|عربستان سعودی
SB:Îles Salomon|Salomonen|Islas Salomón|Isole Salomone|Ilhas Salomão|Salomonseilanden|Wyspy Salomona|Solomon Adaları|Salomonöarna|Соломоновы о-ва|Соломонові Острови|所罗门群岛\
|ソロモン諸島|جزر سليمان|Kepulauan Solomon|Šalamounovy ostrovy|جزایر سلیمان
SC:Seychellen|Seicheles|Seszele|Seyşeller|Seychellerna|Сейшельские о-ва|Сейшельські Острови|塞舌尔|セーシェル|سيشل|Seychely|سیشل|Republic of Seychelles
SD:Soudan|Sudão|Soedan|Судан|スーダン|السودان|سودان|Republic of the Sudan
SE:Suède|Schweden|Suecia|Svezia|Zweden|Szwecja|İsveç|Швеция|Швеція|スウェーデン|السويد|Swedia|Švédsko|سوئد|Kingdom of Sweden
SG:Singapour|Singapur|Singapura|Сингапур|Сінгапур|新加坡|シンガポール|سنغافورة|سنگاپور|சிங்கப்பூர்|Republic of Singapore
SH:St. Helena, Ascension and Tristan da Cunha|Sainte-Hélène|St. Helena|Santa Elena|Sant'Elena|Santa Helena|Sint-Helena|Wyspa Świętej Heleny|Saint Helena|S:t Helena\
|о-в Св. Елены|Острів Святої Єлени|圣赫勒拿|セントヘレナ|سانت هيلينا|Svatá Helena|سنت هلن|Saint Helena, Ascension and Tristan da Cunha
SI:Slovénie|Slowenien|Eslovenia|Słowenia|Slovenya|Slovenien|Словения|Словенія|斯洛文尼亚|スロベニア|سلوفينيا|Slovinsko|اسلوونی|Republic of Slovenia
SJ:Svalbard and Jan Mayen|Svalbard et Jan Mayen|Spitzbergen und Jan Mayen|Svalbard y Jan Mayen|Svalbard e Jan Mayen|Spitsbergen en Jan Mayen|Svalbard i Jan Mayen\
|Svalbard ve Jan Mayen|Svalbard och Jan Mayen|Шпицберген и Ян-Майен|Шпіцберген та Ян-Маєн|斯瓦尔巴和扬马延|スバールバル諸島・ヤンマイエン島|سفالبارد وجان ماين|Kepulauan Svalbard dan Jan Mayen\
|Špicberky a Jan Mayen|سوالبارد و یان ماین|Svalbard og Jan Mayen
SK:Slovaquie|Slowakei|Eslovaquia|Slovacchia|Slowakije|Słowacja|Slovakya|Slovakien|Словакия|Словаччина|斯洛伐克|スロバキア|سلوفاكيا|اسلواکی|Slovak Rep
SL:Sierra Leona|Serra Leoa|Сьерра-Леоне|Сьєрра-Леоне|塞拉利昂|シエラレオネ|سيراليون|سیرالئون|Republic of Sierra Leone
SM:Saint-Marin|Сан-Марино|圣马力诺|サンマリノ|سان مارينو|سان‌مارینو|Republic of San Marino
SN:Сенегал|塞内加尔|セネガル|السنغال|سنگال|Senegaal|Republic of Senegal
SO:Somalie|Somali|Сомали|Сомалі|索马里|ソマリア|الصومال|Somálsko|سومالی|Soomaaliya|Federal Republic of Somalia
SR:Surinam|Суринам|苏里南|スリナム|سورينام|سورینام|Republic of Suriname
SS:Soudan du Sud|Südsudan|Sudán del Sur|Sud Sudan|Sudão do Sul|Zuid-Soedan|Sudan Południowy|Güney Sudan|Sydsudan|Южный Судан|Південний Судан|南苏丹|南スーダン|جنوب السودان\
|Sudan Selatan|Jižní Súdán|سودان جنوبی|Republic of South Sudan
ST:São Tomé and Príncipe|Sao Tomé-et-Principe|São Tomé und Príncipe|Santo Tomé y Príncipe|São Tomé e Príncipe|Sao Tomé en Principe|Wyspy Świętego Tomasza i Książęca\
|Sao Tome ve Principe|São Tomé och Príncipe|Сан-Томе и Принсипи|Сан-Томе і Принсіпі|圣多美和普林西比|サントメ・プリンシペ|ساو تومي وبرينسيبي|Sao Tome dan Principe\
|Svatý Tomáš a Princův ostrov|سائوتومه و پرینسیپ|Democratic Republic of Sao Tome and Principe
SV:Salvador|Salwador|Сальвадор|萨尔瓦多|エルサルバドル|السلفادور|السالوادور|Republic of El Salvador
SX:Sint Maarten|Saint-Martin (partie néerlandaise)|Синт-Мартен|Сінт-Мартен|荷属圣马丁|シント・マールテン|سانت مارتن|Svatý Martin (Nizozemsko)|سنت مارتن|Sint Maarten (Dutch part)
SY:Syrie|Syrien|Siria|Suriye|Сирия|Сирія|叙利亚|シリア|سوريا|Suriah|سوریه|Syrian Arab Republic
SZ:Esuatini|Essuatíni|Esvatini|Эсватини|Есватіні|斯威士兰|エスワティニ|إسواتيني|اسواتینی|Kingdom of Eswatini
TC:Turks and Caicos Islands|Îles Turques-et-Caïques|Turks- und Caicosinseln|Islas Turcas y Caicos|Isole Turks e Caicos|Ilhas Turcas e Caicos|Turks- en Caicoseilanden\
|Turks i Caicos|Turks ve Caicos Adaları|Turks- och Caicosöarna|Тёркс и Кайкос|Острови Теркс і Кайкос|特克斯和凯科斯群岛|タークス・カイコス諸島|جزر توركس وكايكوس|Kepulauan Turks dan Caicos\
|Turks a Caicos|جزایر تورکس و کایکوس
TD:Tschad|Ciad|Tsjaad|Czad|Çad|Чад|チャド|تشاد|چاد|Republic of Chad
TF:French Southern and Antarctic Lands|Terres australes françaises|Französische Süd- und Antarktisgebiete|Territorios Australes Franceses|Terre Australi Francesi\
|Territórios Franceses do Sul|Franse Gebieden in de zuidelijke Indische Oceaan|Francuskie Terytoria Południowe i Antarktyczne|Fransız Güney Toprakları\
|Franska sydterritorierna|Французские Южные территории|Французькі Південні Території|法属南部领地|仏領極南諸島|الأقاليم الجنوبية الفرنسية|Wilayah Selatan Prancis\
|Francouzská jižní území|سرزمین‌های جنوبی فرانسه|French Southern Territories
TG:Того|トーゴ|توغو|توگو|Togolese Republic
TH:Thaïlande|Tailandia|Thailandia|Tajlandia|Tayland|Таиланд|Таїланд|تايلاند|Thajsko|تایلند|ไทย|Kingdom of Thailand
TJ:Tadjikistan|Tadschikistan|Tayikistán|Tagikistan|Tadjiquistão|Tadzjikistan|Tadżykistan|Tacikistan|Таджикистан|塔吉克斯坦|タジキスタン|طاجيكستان|Tádžikistán|تاجیکستان|Тоҷикистон\
|Republic of Tajikistan
TK:Tokelau|Tokelauöarna|Токелау|托克劳|トケラウ|توكيلاو|توکلائو
TL:Timor oriental|Timor Est|Oost-Timor|Timor Wschodni|Östtimor|Восточный Тимор|Тимор-Лешті|东帝汶|東ティモール|تيمور - ليشتي|Východní Timor|تیمور-لسته\
|Democratic Republic of Timor-Leste
TM:Turcomenistão|Туркменистан|Туркменістан|土库曼斯坦|トルクメニスタン|تركمانستان|ترکمنستان
TN:Tunesien|Túnez|Tunesië|Tunezja|Tunus|Tunisien|Тунис|Туніс|突尼斯|チュニジア|تونس|Tunisko|Republic of Tunisia
TO:Тонга|トンガ|تونغا|تونگا|Kingdom of Tonga
TR:Turquie|Türkei|Turquía|Turchia|Turkije|Turcja|Turkiet|Турция|Туреччина|土耳其|トルコ|تركيا|Turki|Turecko|ترکیه|Republic of Turkey|Republic of Türkiye
TT:Trinité-et-Tobago|Trinidad und Tobago|Trinidad y Tobago|Trinidad e Tobago|Trinidad en Tobago|Trynidad i Tobago|Trinidad ve Tobago|Trinidad och Tobago|Тринидад и Тобаго\
|Тринідад і Тобаго|特立尼达和多巴哥|トリニダード・トバゴ|ترينيداد وتوباغو|Trinidad dan Tobago|Trinidad a Tobago|ترینیداد و توباگو|Republic of Trinidad and Tobago
TV:Tuvalu|Тувалу|图瓦卢|ツバル|توفالو|تووالو
TW:Tajwan|Tayvan|Тайвань|تايوان|Tchaj-wan|تایوان|Taiwan, ROC|R.O.C.|Republic of China|Chinese Taipei|Taiwan, Republic of China|Taiwan, Province of China|台灣
TZ:Tanzanie|Tansania|Tanzanya|Танзания|Танзанія|坦桑尼亚|タンザニア|تنزانيا|تانزانیا|United Republic of Tanzania|Tanzania, United Republic of
UA:Ucrania|Ucraina|Oekraïne|Ukrayna|Украина|乌克兰|ウクライナ|أوكرانيا|Ukrajina|اوکراین|The Ukraine
UG:Ouganda|Oeganda|Уганда|乌干达|ウガンダ|أوغندا|اوگاندا|Republic of Uganda
UM:U.S. Outlying Islands|Îles mineures éloignées des États-Unis|Amerikanische Überseeinseln|Islas menores alejadas de EE. UU.|Isole Minori Esterne degli Stati Uniti\
|Ilhas Menores Distantes dos EUA|Kleine afgelegen eilanden van de Verenigde Staten|Dalekie Wyspy Mniejsze Stanów Zjednoczonych|ABD Küçük Harici Adaları|USA:s yttre öar\
|Внешние малые о-ва (США)|Внешние малые о-ва|Віддалені острови США|美国本土外小岛屿|合衆国領有小離島|جزر الولايات المتحدة النائية|Kepulauan Terluar AS|Menší odlehlé ostrovy USA\
|جزایر دورافتادهٔ ایالات متحده|United States Minor Outlying Islands
US:États-Unis|Vereinigte Staaten|Estados Unidos|Stati Uniti|Verenigde Staten|Stany Zjednoczone|Amerika Birleşik Devletleri|Соединенные Штаты|Сполучені Штати|アメリカ合衆国\
|الولايات المتحدة|Amerika Serikat|Spojené státy|ایالات متحده|Estados Unidos de América|EE.UU.|EEUU|EUA|USofA
UY:Uruguai|Urugwaj|Уругвай|乌拉圭|ウルグアイ|أورغواي|اروگوئه|Eastern Republic of Uruguay
UZ:Ouzbékistan|Usbekistan|Uzbequistão|Oezbekistan|Özbekistan|Узбекистан|乌兹别克斯坦|ウズベキスタン|أوزبكستان|ازبکستان|Oʻzbekiston|Ўзбекистон|Republic of Uzbekistan
VA:État de la Cité du Vatican|Vatikanstadt|Ciudad del Vaticano|Città del Vaticano|Cidade do Vaticano|Vaticaanstad|Watykan|Vatikan|Vatikanstaten|Ватикан|梵蒂冈|バチカン市国\
|الفاتيكان|واتیکان|Holy See (Vatican City State)|Holy See|Vatican City State
VC:St. Vincent and Grenadines|Saint-Vincent-et-les Grenadines|St. Vincent und die Grenadinen|San Vicente y las Granadinas|Saint Vincent e Grenadine\
|São Vicente e Granadinas|Saint Vincent en de Grenadines|Saint Vincent i Grenadyny|Saint Vincent ve Grenadinler|S:t Vincent och Grenadinerna|Сент-Винсент и Гренадины\
|Сент-Вінсент і Гренадіни|圣文森特和格林纳丁斯|セントビンセント及びグレナディーン諸島|سانت فنسنت وجزر غرينادين|Saint Vincent dan Grenadine|Svatý Vincenc a Grenadiny|سنت وینسنت و گرنادین\
|Saint Vincent and the Grenadines|St. Vincent and the Grenadines
VE:Wenezuela|Венесуэла|Венесуела|委内瑞拉|ベネズエラ|فنزويلا|ونزوئلا|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of|Venezuela, RB
VG:British Virgin Islands|Îles Vierges britanniques|Britische Jungferninseln|Islas Vírgenes Británicas|Isole Vergini Britanniche|Ilhas Virgens Britânicas\
|Britse Maagdeneilanden|Brytyjskie Wyspy Dziewicze|Britanya Virjin Adaları|Brittiska Jungfruöarna|Виргинские о-ва (Великобритания)|Виргинские о-ва\
|Британські Віргінські Острови|英属维尔京群岛|英領ヴァージン諸島|جزر فيرجن البريطانية|Kepulauan Virgin Britania Raya|Britské Panenské ostrovy|جزایر ویرجین بریتانیا\
|Virgin Islands, British
VI:U.S. Virgin Islands|Îles Vierges des États-Unis|Amerikanische Jungferninseln|Islas Vírgenes de EE. UU.|Isole Vergini Americane|Ilhas Virgens Americanas\
|Amerikaanse Maagdeneilanden|Wyspy Dziewicze Stanów Zjednoczonych|ABD Virjin Adaları|Amerikanska Jungfruöarna|Виргинские о-ва (США)|Віргінські Острови (США)\
|Віргінські Острови|美属维尔京群岛|米領ヴァージン諸島|جزر فيرجن الأمريكية|Kepulauan Virgin Amerika Serikat|Americké Panenské ostrovy|جزایر ویرجین ایالات متحده\
|Virgin Islands of the United States|Virgin Islands, U.S.|Virgin Islands (U.S.)
VN:Vietnã|Wietnam|Вьетнам|Вʼєтнам|ベトナム|فيتنام|ویتنام|Socialist Republic of Vietnam|Socialist Republic of Viet Nam
VU:Вануату|瓦努阿图|バヌアツ|فانواتو|وانواتو|Republic of Vanuatu
WF:Wallis and Futuna|Wallis-et-Futuna|Wallis und Futuna|Wallis y Futuna|Wallis e Futuna|Wallis en Futuna|Wallis i Futuna|Wallis ve Futuna|Wallis- och Futunaöarna\
|Уоллис и Футуна|Уолліс і Футуна|瓦利斯和富图纳|ウォリス・フツナ|جزر والس وفوتونا|Kepulauan Wallis dan Futuna|Wallis a Futuna|والیس و فوتونا
WS:Самоа|萨摩亚|サモア|ساموا|Independent State of Samoa
XK:Kosowo|Kosova|Косово|科索沃|コソボ|كوسوفو|کوزوو|Kosovë
YE:Jemen|Iêmen|Йемен|Ємен|イエメン|اليمن|Yaman|یمن|Republic of Yemen|Yemen, Rep.
YT:Mayotte|Majotta|Майотта|马约特|マヨット|مايوت|مایوت
ZA:Afrique du Sud|Südafrika|Sudáfrica|África do Sul|Zuid-Afrika|Republika Południowej Afryki|Güney Afrika|Sydafrika|Южно-Африканская Республика\
|Південно-Африканська Республіка|南アフリカ|جنوب أفريقيا|Afrika Selatan|Jihoafrická republika|افریقای جنوبی|Republic of South Africa|RSA|S. Africa
ZM:Zambie|Sambia|Zambiya|Замбия|Замбія|赞比亚|ザンビア|زامبيا|زامبیا|Republic of Zambia
ZW:Simbabwe|Zimbabue|Zimbabve|Зимбабве|Зімбабве|津巴布韦|ジンバブエ|زيمبابوي|زیمبابوه|Republic of Zimbabwe
";
