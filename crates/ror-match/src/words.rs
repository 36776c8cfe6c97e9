//! Words that names share, in the languages of the registries: each line has
//! the word that stands for all on it first.
//!
//! They are written without marks, as `normal` leaves them.

/// Words that tell nothing, in any language.
pub const STOP: &str = "of the and for in at on de del della delle dello degli dei di do dos da das du des la le les \
    el los las lo gli et e y und der die das dem den fur zu zum zur im van voor het een en och og for av till til \
    ved an a d l s per pour para por pro au aux su studi na w z v i o u ve og as to with nad pod pri si ve un una \
    uber bei von und og nel nella agli alla alle al ai ir imeni imena имени імені им";

/// Forms of companies and clubs.
pub const LEGAL: &str = "gmbh ag ev eg ggmbh mbh kg kgaa ohg gbr se ug inc incorporated ltd limited llc llp lp plc corp \
    corporation co company companies cie sa sas sasu sarl srl srls spa scarl scrl scpa sl slu slne slp sau cv bv nv vzw asbl bvba sprl \
    as asa ab oy oyj aps is ivs hf ehf doo dd ad eood ood kft zrt nyrt rt sp zoo spzoo sro spol ao ooo pao zao oao jsc ojsc cjsc \
    pty pte pvt private sdn bhd kk gk lda ltda eireli epe sgps eirl ev stichting ik rf saco rl aktiengesellschaft aktiebolag \
    osakeyhtio ei scop scic sicav uab sia ou mtu csp oam ike epe ae abee sti kurumu anonim sirketi tic san asociatia eingetragener verein \
    consortile cooperativa coop scc sc unltd dac clg holding holdings group gruppe groupe gruppo grupo gie lbg eesv eeig geie kommanditgesellschaft aktieselskab anpartsselskab srlu unipersonale consorzio epic esp";

/// Parts of an institution, which are none themselves.
pub const SUBUNIT: &str = "department faculty school division section unit chair college laboratory institute clinic \
    program programme office group team campus graduate undergraduate center branch subdivision \
    dept fac dep katedra kafedra lehrstuhl chaire sezione servizio service services unidad unite";

/// What kind of institution a name speaks of. Two names with different kinds
/// are of different institutions, however alike they are otherwise.
pub const KINDS: &str = "\
university|univ haskoli haskolinn universiteti universidad universidade universita universitat universitait universiteit universite universites universitet \
universitetet uniwersytet uniwersytetu univerzita univerzitet univerzitetu univerza univerze universitas universitatea \
universitati universitesi universitatii universitatis egyetem egyeteme yliopisto yliopiston ulikool ulikooli universitate universitates \
universitats universities universitario universitaria universitarias universitarios universitaire universitaires universitari universitarie \
universitair universitara universitait universitetu sveuciliste sveucilista universitets universitares unversity univeristy universty univesity \
universidada univ univers universiti universitaten daigaku prifysgol ollscoil unibertsitatea unibertsitate πανεπιστημιο университет \
университета университетът універсітет універ университети универзитет університет universita unibertsitateko universitari panepistimio panepistimion universitatsmedizin
hospital|haigla haiglad keskhaigla ligonine slimnica νοσοκομειο nosokomeio больниця лікарня болница hopital hopitaux hospitalier hospitaliere hospitaliers ospedale ospedali ospedaliera ospedaliero hospitales hospitais hospitals krankenhaus szpital \
nemocnice nemocnica hastane hastanesi ziekenhuis sykehus sygehus sjukhus korhaz spital spitalul hosp hospitalar hastaneleri \
klinikum kliniken bolnica universitatsklinikum universitatsspital больница госпиталь
school|σχολη училище ecole escuela escola scuola schule szkola skole skola skola okulu okul koulu sekolah школа escoles ecoles schools
college|kolegium colegio collegio colegi kolej kollegium kolledz yuksekokulu colleges
academy|akadeemia ακαδημια академија academia accademia akademie akademia akademi academie akademija akademiai akademin akademii akademiya академия академии acad academies
foundation|fundacion fundacao fondazione fondation stiftung fundacio fundacja fundatia vakfi saatio stiftelsen alapitvany nadace nadacia fundacija found sihtasutus fundazioa fundatio idryma zaklada
ministry|υπουργειο міністерство ministerio ministere ministero ministerium ministerul ministarstvo ministerstwo ministerstvo ministerie bakanligi ministeriet ministeriö ministerio bundesministerium staatsministerium miniszterium ministerija министерство ministrstvo
museum|museo musee muzeum museu muzeul muzej muzesi музей musees museums
library|biblioteca bibliotheque bibliothek biblioteka bibliotek kutuphane kutuphanesi knihovna konyvtar konyvtara raamatukogu kirjasto knjiznica библиотека libraries
bank|banco banque banca banka
hochschule|fachhochschule fachhochschulen fh hogeschool hogescholen yrkeshogskola yrkeshogskolan ammattikorkeakoulu ammattikorkeakoulut korkeakoulu augstskola augstskolas veleuciliste hogskulen hogskule hogskola hogskolen hojskole hogeschole hogskole hochschulen
polytechnic|πολυτεχνειο политехнический политехника політехніка політехнічний politecnico politecnica politecnic politechnika polytechnique polytechnische polytechnischer politehnica polytechnio polytechneio politehnika politeknik polytechnical polytechnics politeknika politechniki
municipality|ayuntamiento comune gemeente mairie ajuntament dimos comuna municipio municipalidad stadt kommune kommun prefeitura primaria gmina belediyesi obec mesto municipal
council|consejo conselho consiglio conseil consell councils
society|sociedad sociedade societa gesellschaft societe societat selskab selskabet societatea towarzystwo tarsasag dernegi
association|asociacion associacao associazione verband vereniging forening asociace zwiazek associacio associaties associations assoc
agency|agencia agenzia agence agentur agentia agencija agentschap ajansi agencies
authority|autoridad autorita autorite otoritesi
company|compania compagnia compagnie kompania
";

/// Other words that names share; the ones up to the empty line tell nothing of
/// which institution it is.
pub const SHARED: &str = "\
institute|институту інституту inst institut instituto istituto instytut instituut institutul institutt institutet intezet intezete ustav instituti institutes instituta institution institutions institucion instituicao institucio enstitusu enstitu institutas instituts zavod институт института інститут ινστιτουτο instituti institutet institutu institutos istituti
technology|технически τεχνολογικο техническа технічний технологічний technical technique techniques tecnica tecnico tecnologia tecnologico tecnologica tecnologie tecnologias technologies technologie techniczna techniczny technische technischer technisches technischen technological teknik teknoloji tehnica tehnologie tehnica technicka technicke tekniska tekniske technologiczny technologiczna technologii technologico tech teknologi teknologisk teknillinen teknologian tehnicki tehniska technologies tehnologiju technologijos technikos muszaki tecnologic технический технологический техники технологии technologico tecnologicas tecnologicos tecnologicos tehnoloski
science|επιστημων teaduste mokslu zinatnu науки науките sciences ciencia ciencias scienze scienza wissenschaft wissenschaften nauk nauka videnskab vetenskap ciencies ciencia stiinte stiinta tudomany tudomanyos bilim bilimler bilimleri wetenschappen scientific scientifique scientifica scientifico cientifico cientifica cientificas wissenschaftliche znanosti ved vied наук scientifiques cientificos scientifiche zinatnu
research|ερευνων ερευνασ исследовательский научно дослідний научен recherche recherches investigacion investigaciones ricerca ricerche pesquisa pesquisas investigacao forschung forschungs forschungsinstitut onderzoek badan badawczy badawczo vyzkumny vyzkumu arastirma arastirmalar cercetare forskning forsknings kutatas kutato recerca investigacio raziskave istrazivanja tutkimus tutkimuslaitos tutkimuskeskus forskningsinstitut onderzoeks
national|национално εθνικο ethniko национален национална національний националният nacional nazionale nationale nationaler nationales nationales nationaux nationalen narodowy narodowe narodni narodny nacionalni nationala ulusal nemzeti natl nasional national nacionales nacionalinis nacionaline kansallinen rahvuslik национальный
medical|медицински медицинска медичний medicina medizin medizinische medizinischen medico medica medicale medicas medecine medicine medyczny medyczna medicinska med medicinos medicala tip tibbi medicines medizinischer medisch medische медицинский медицины medicinski medicinal orvosi medicinsk medicinische medycyny
center|κεντρο център centre centro centrum zentrum centrul centru kozpont kozpontja centar merkezi merkez keskus centrala zentrums ctr centers centres centros centri keskuse centras центр kentro zentren cent
state|государственное державний државен valstybinis estado stato etat staatliche staatlicher estatal estadual statale devlet panstwowy panstwowa statny statni государственный state
general|generale generales geral gen
central|centrale centralny ustredni
international|internacional internazionale internationale internationaler internationales miedzynarodowy intl internasional uluslararasi internationaal
technologies|
federal|федеральный федеральное federale federaal bundes bundesanstalt bundesamt federal
royal|real reale koninklijk koninklijke kongelige kungliga kungl
regional|regionale regionaux regionalne
department|departamento departement dipartimento abteilung dept departements depart departament afdeling bolum bolumu odbor osasto отдел кафедра
faculty|fakulteta fakultete facultad faculdade facolta fakultat faculte fakultet wydzial fakulta fakultesi facultatea facultat fac fakulteten факультет
laboratory|lab laboratorio laboratoire laboratorium laboratories labs laborator laboratoriya laboratorul laboratori лаборатория
office|oficina ufficio bureau buro
applied|aplicada aplicadas applicata angewandte appliquee appliquees applique
studies|estudios estudos etudes studien study
higher|superior superiore superieure superieur hohere wyzsza vysoka supérieures superieures superiores

health|salud saude salute sante gesundheit sanatate zdravotnicka zdrowia saglik gezondheid halsa sundhed sanita sanitaria zdravi egeszsegugyi helse salut sanitario healthcare
education|педагогічний педагогически educacion educacao istruzione enseignement bildung egitim edukacji educatie onderwijs utdanning pedagogical pedagogica pedagogico pedagogiczny padagogische pedagogique педагогический educational opetus
engineering|ingenieria engenharia ingegneria ingenierie ingenieur ingenieurs ingenieros engineers ingenieurwissenschaften muhendislik inginerie inzynierii inzenyrska ingenieure enginyeria
agricultural|аграрен γεωπονικο аграрний agriculture agraria agrario agrarias agrarie agrar agricoltura agricola agricole agricultura agricultural agronomique agronomica agronomico agricoles landwirtschaft tarim rolniczy zemedelska mezogazdasagi agro landwirtschaftliche agricolas agrarwissenschaften agrarian agronomy agronomicas agronomiques agricoles аграрный сельскохозяйственный
veterinary|tierarztliche veterinaria veterinaire veterinario veterinarmedizin veterinarni weterynaryjny weterynarii veteriner veterinarska veterinara
economics|οικονομικο икономически економічний economic economia economica economicas economique economiques economie economico economici wirtschaft ekonomi ekonomiczny ekonomii ekonomska ekonomicka iktisat wirtschaftsforschung economy economies economische studii экономический wirtschaftswissenschaften ekonomie wirtschafts
development|desarrollo desenvolvimento sviluppo developpement entwicklung rozwoju kalkinma rozvoje ontwikkeling dezvoltare
environmental|environment medio ambiente ambiental ambientale ambientali environnement umwelt milieu miljo cevre srodowiska environnementales mediului
energy|energia energie energi energetica energeticos enerji energii energias energies energetique
industry|industria industrie industrial industriale industriel industrielle industriali industriya industriales industries
innovation|innovacion inovacao innovazione inovacion innovacio innovations innovacao inovare
culture|cultura kultur kultury cultural culturale culturelle kultura kultur
art|arts arte arti artes kunst kunste sztuk beaux bellas
music|musica musik musique muzyczna muzik muziek
physics|physical fisica physik physique fizyki fizik fizica fysiikan fyziky fyzikalni
chemistry|chemical quimica chimica chemie chimie chemii kimya kemian chemicko chemische
biology|biological biologia biologie biologica biologicas biologiques biologii
mathematics|mathematical matematica matematicas mathematik mathematiques matematyki matematik
public|publica publico pubblica publique offentliche publiczny publicas publicos publiques offentlig publik
social|sociale sociali sociales sozial soziale sosyal spoleczny socialni sociaal sociais
marine|mar mare mer marina marinas sea oceanography oceanographic oceanographie oceanografia meeresforschung havforskning
nuclear|nucleare nucleaire nuklear kern kernforschung jadrowych nucleares ядерный
space|espacial spaziale spatiale spatial raumfahrt kosmicznych aerospacial aerospaziale
cancer|vezio oncology oncologia oncologico oncologique krebsforschung tumori tumor cancerologie oncological
child|children ninos bambino enfants kinder kinderklinik
forest|forestry forestal forestale foret forets wald lesnicka orman lesny lesnictva
water|agua acqua eau eaux wasser wody su
transport|transports trasporti transporte transportation verkehr ulasim traffic
food|alimentos alimentation alimentari alimentare lebensmittel gida alimentaria zywnosci
geological|geology geologia geologico geologica geologie geologiques geologicky
european|europeo europea europeen europeenne europaische europaisches europeia europejski europe europa europaisch europaischer
north|nord norte northern severni kuzey
south|sud sur sul southern jizni guney
east|est este ost eastern dogu
west|ouest oeste westen western bati
new|nueva nouvelle nuova neue nova nouveau
free|libre libera vrije freie livre
catholic|catolica cattolica catholique katholische katholieke katolicki katolicka katolikus
open|ανοικτο abierta aperta ouverte offene acik otevrena
saint|st san santa sao santo sankt sainte szent
black|negra noire nera siyah
autonomous|autonoma autonome
defense|defence defensa difesa
army|militar militaire militare military askeri voennaya
navy|naval navale deniz
sport|sports deporte deportes sportive sportivo sporthochschule spor esporte
business|commerce comercio commerciale handel handels negocios administration administracion management gestion
law|derecho droit giurisprudenza recht direito hukuk prawa
city|ciudad citta cidade ville stad sehir miasto grad
province|provincia provinciale provincial provinciaal
county|comitat judetean
region|regione regiao
islamic|islami
";

/// Words that universities of one place differ by.
pub const DIVIDING: &str = "technology medical agricultural veterinary economics education engineering art music law \
    business sport polytechnic hochschule catholic islamic open free autonomous north south east west state \
    social marine children cancer forest public army navy defense transport";

/// Cities by their names in English and in other languages.
pub const CITIES: &str = "\
vienna|wien wiener vienne bec
rome|roma rom
florence|firenze
milan|milano mailand
turin|torino
naples|napoli neapel
venice|venezia venedig
genoa|genova
padua|padova
mantua|mantova
syracuse|siracusa
munich|munchen munchner
cologne|koln kolner
nuremberg|nurnberg
hanover|hannover
brunswick|braunschweig
aachen|aix
prague|praha prag
pilsen|plzen
warsaw|warszawa warschau warszawie warszawski warszawska
cracow|krakow krakau krakowie krakowska krakowski
wroclaw|wroclawski breslau wroclawska wroclawiu
poznan|poznaniu poznanska
gdansk|danzig gdanska gdanski
lodz|lodzi lodzka lodzki
lublin|lublinie lubelska
katowice|katowicach
opole|opolski opolska opolu
rzeszow|rzeszowski rzeszowska rzeszowie
bialystok|bialostocki bialostocka bialymstoku
torun|torunski torunska toruniu
szczecin|szczecinski szczecinska szczecinie stettin
kielce|kielcach
gliwice|gliwicach gleiwitz
lisbon|lisboa lissabon
oporto|porto
brussels|bruxelles brussel brussels
antwerp|antwerpen anvers
ghent|gent gand
bruges|brugge
liege|luik luttich
louvain|leuven
mechelen|malines
copenhagen|kobenhavn kopenhagen kbh
gothenburg|goteborg
athens|athina athinon αθηνα αθηνων
thessaloniki|thessalonikis salonica θεσσαλονικησ θεσσαλονικη
piraeus|pireas piraus πειραιως
patras|patra patron
crete|kriti kritis κρητη κρητησ
geneva|geneve genf ginevra
zurich|zuricher
lucerne|luzern
basel|basle bale
bern|berne
seville|sevilla
zaragoza|saragossa
cordoba|cordova
corunna|coruna
catalonia|catalunya cataluna
andalusia|andalucia
basque|vasco euskal euskadi
navarre|navarra
balearic|baleares illes balears
bucharest|bucuresti bukarest
belgrade|beograd beogradu београд београду
zagreb|zagrebu
ljubljana|ljubljani
moscow|moskva москва московский moskau
petersburg|peterburg петербург petersburgh
kiev|kyiv київ киев
kharkiv|kharkov
lviv|lvov
odessa|odesa
istanbul|constantinople
izmir|smyrna
cairo|kahire
jerusalem|yerushalayim
beijing|peking
guangzhou|canton
seoul|soul
the hague|den haag
bombay|mumbai
calcutta|kolkata
madras|chennai
bangalore|bengaluru
strasbourg|strassburg
nice|nizza
lyon|lyons
marseille|marseilles
dublin|baile
helsinki|helsingin helsingfors
vaasa|vaasan vasa
cyprus|κυπρου κυπροσ kyprou kypros
turku|abo turun
tampere|tampereen tammerfors
jyvaskyla|jyvaskylan
oulu|oulun
tartu|dorpat
vilnius|vilniaus wilno
kaunas|kauno
riga|rigas
mexico|mejico
havana|habana
tokyo|tokio
lapland|lapin
tuscany|toscana
sardinia|sardegna
sicily|sicilia
lombardy|lombardia
piedmont|piemonte
apulia|puglia
saxony|sachsen
bavaria|bayern bayerische bayerisches bavarian
hesse|hessen
prussia|preussische
brittany|bretagne
burgundy|bourgogne
corsica|corse
picardy|picardie
normandy|normandie
lorraine|lothringen
upper|haute
luxembourgish|luxembourgeois
salzburg|salisburgo
innsbruck|
ostrava|ostravska ostravske ostrave
brno|brnenska brne brunn
olomouc|olomouci
berlin|berliner
hamburg|hamburger
tallinn|tallinna
szeged|szegedi
debrecen|debreceni
budapest|budapesti
bratislava|bratislave pressburg
kosice|kosiciach
silesian|slaski slaska slaskie slaskiego
maribor|mariboru
sofia|sofiiski софийски софия
minsk|минск
zilina|ziline
trnava|trnave
liberec|liberci
malaga|malacitana
valencia|valenciana
galicia|galega gallega
german|germany deutschland deutschlands deutsche deutsches deutscher deutschen allemand
french|france francais francaise francaises
italian|italy italia italiano italiana italiani italiane italien
spanish|spain espana espanol espanola espanyol
polish|poland polska polski polska polskiej polskie
hungarian|hungary magyar
czech|czechia ceska cesky ceske
slovak|slovakia slovensko slovenska slovensky
dutch|netherlands nederland nederlandse nederlands
swedish|sweden sverige svenska sveriges
danish|denmark danmark danske dansk danmarks
norwegian|norway norge norges norsk norske
finnish|finland suomi suomen
estonian|estonia eesti
latvian|latvia latvijas latvija
lithuanian|lithuania lietuvos lietuva
icelandic|iceland islenska
ukrainian|ukraine український україни
bulgarian|bulgaria български българска българска
african|africa
belarusian|belarus
turkish|turkey turk turkiye
greek|greece ellinika elliniko hellenic ελληνικο
portuguese|portugal portuguesa portuguese portugues
romanian|romania romana romane roman
austrian|austria osterreich osterreichische osterreichisches osterreichischer
swiss|switzerland schweiz schweizerische schweizerischer suisse
belgian|belgium belgie belgique belge
brazilian|brasileira brasileiro
chinese|chine
japanese|nippon nihon
british|britannique
american|americana
";
