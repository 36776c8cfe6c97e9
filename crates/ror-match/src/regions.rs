//! States and provinces that addresses name, by their countries, spelled out and shortened.
//!
//! A release names the regions of its organisations too; here are those that are written without
//! their country or by a code.

use super::countries::Country;

/// Regions with their long and short names, and behind a `=` the code in capitals that stands in
/// addresses.
const REGIONS: [(&str, &str); 12] = [
    (
        "US",
        "Alabama|Ala=AL;Alaska=AK;Arizona|Ariz=AZ;Arkansas|Ark=AR;California|Calif|Cal=CA;Colorado|Colo=CO;\
         Connecticut|Conn=CT;Delaware|Del=DE;Florida|Fla=FL;Georgia|Ga=GA;Hawaii=HI;Idaho=ID;Illinois|Ill=IL;\
         Indiana|Ind=IN;Iowa=IA;Kansas|Kans=KS;Kentucky|Ky=KY;Louisiana=LA;Maine=ME;Maryland|Md=MD;\
         Massachusetts|Mass=MA;Michigan|Mich=MI;Minnesota|Minn=MN;Mississippi=MS;Missouri|Mo=MO;Montana|Mont=MT;\
         Nebraska|Nebr=NE;Nevada|Nev=NV;New Hampshire=NH;New Jersey=NJ;New Mexico=NM;New York|NYS=NY;\
         North Carolina=NC;North Dakota=ND;Ohio=OH;Oklahoma|Okla=OK;Oregon|Oreg=OR;Pennsylvania|Penn|Penna=PA;\
         Rhode Island=RI;South Carolina=SC;South Dakota=SD;Tennessee|Tenn=TN;Texas|Tex=TX;Utah=UT;Vermont=VT;\
         Virginia|Va=VA;Washington|Wash=WA;West Virginia=WV;Wisconsin|Wis|Wisc=WI;Wyoming|Wyo=WY;\
         District of Columbia=DC;D.C.;Washington DC;Washington D.C.",
    ),
    (
        "CA",
        "Ontario|Ont=ON;Quebec|Québec|Que=QC;PQ;British Columbia=BC;Alberta|Alta=AB;Manitoba=MB;\
         Saskatchewan|Sask=SK;Nova Scotia=NS;New Brunswick=NB;Newfoundland|Newfoundland and Labrador=NL;NF;\
         Prince Edward Island=PE;PEI;Yukon=YT;Northwest Territories=NT;Nunavut=NU",
    ),
    (
        "AU",
        "New South Wales=NSW;Victoria=VIC;Queensland=QLD;South Australia=SA;Western Australia=WA;\
         Tasmania=TAS;Australian Capital Territory=ACT;Northern Territory=NT",
    ),
    (
        "BR",
        "São Paulo=SP;Rio de Janeiro=RJ;Minas Gerais=MG;Rio Grande do Sul=RS;Paraná=PR;Santa Catarina=SC;\
         Bahia=BA;Pernambuco=PE;Ceará=CE;Goiás=GO;Distrito Federal=DF;Espírito Santo=ES;Paraíba=PB;\
         Rio Grande do Norte=RN;Mato Grosso=MT;Mato Grosso do Sul=MS;Maranhão=MA;Pará=PA;Amazonas=AM;Piauí=PI;\
         Sergipe=SE;Alagoas=AL;Tocantins=TO;Rondônia=RO;Acre=AC;Amapá=AP;Roraima=RR",
    ),
    (
        "IN",
        "Andhra Pradesh=AP;Arunachal Pradesh;Assam;Bihar;Chhattisgarh;Gujarat;Haryana;Himachal Pradesh;\
         Jharkhand;Karnataka;Kerala;Madhya Pradesh=MP;Maharashtra;Manipur;Meghalaya;Mizoram;Nagaland;\
         Odisha|Orissa;Punjab;Rajasthan;Sikkim;Tamil Nadu|Tamilnadu=TN;Telangana;Tripura;\
         Uttar Pradesh=UP;Uttarakhand|Uttaranchal;West Bengal=WB;Jammu and Kashmir;Jammu & Kashmir",
    ),
    (
        "CN",
        "Anhui;Fujian;Gansu;Guangdong;Guangxi;Guizhou;Hainan;Hebei;Heilongjiang;Henan;Hubei;Hunan;\
         Inner Mongolia;Jiangsu;Jiangxi;Jilin;Liaoning;Ningxia;Qinghai;Shaanxi;Shandong;Shanxi;Sichuan;Tibet;\
         Xinjiang;Yunnan;Zhejiang;Anhui Province;Fujian Province;Guangdong Province;Hunan Province;\
         Hubei Province;Jiangsu Province;Shandong Province;Sichuan Province;Zhejiang Province;Henan Province",
    ),
    (
        "MX",
        "Aguascalientes;Baja California|BC;Baja California Sur|BCS;Campeche;Chiapas;Chihuahua;Coahuila;Colima;\
         Durango;Guanajuato|Gto;Guerrero;Hidalgo;Jalisco|Jal;Michoacán;Morelos;Nayarit;Nuevo León;Oaxaca;\
         Puebla;Querétaro;Quintana Roo;San Luis Potosí;Sinaloa;Sonora;Tabasco;Tamaulipas;Tlaxcala;Veracruz;\
         Yucatán;Zacatecas;Mexico City|Ciudad de México|CDMX",
    ),
    ("GB", "England;Scotland;Wales;Northern Ireland"),
    (
        "DE",
        "Baden-Württemberg;Bavaria|Bayern;Brandenburg;Hesse|Hessen;Mecklenburg-Vorpommern;Lower Saxony;\
         Niedersachsen;North Rhine-Westphalia;Nordrhein-Westfalen;Rheinland-Pfalz;Rhineland-Palatinate;\
         Saarland;Saxony|Sachsen;Saxony-Anhalt;Sachsen-Anhalt;Schleswig-Holstein;Thuringia|Thüringen",
    ),
    (
        "ES",
        "Andalucía;Asturias;Cantabria;Catalonia|Catalunya|Cataluña;Extremadura;Galicia;Navarra;País Vasco",
    ),
    ("IT", "Lombardy|Lombardia;Tuscany|Toscana;Sicily|Sicilia;Sardinia|Sardegna;Piemonte|Piedmont;Veneto"),
    (
        "JP",
        "Hokkaido;Aichi;Chiba;Fukui;Gifu;Gunma;Hyogo;Ibaraki;Ishikawa;Kagawa;Kanagawa;Mie;Miyagi;Niigata;\
         Okinawa;Saitama;Shiga;Shizuoka;Tochigi;Tottori;Yamagata;Yamaguchi;Yamanashi",
    ),
];

/// All names of the regions, each with its country.
pub fn names() -> impl Iterator<Item = (Country, &'static str)> {
    entries().flat_map(|(country, entry)| {
        let names = entry.split_once('=').map_or(entry, |(names, _)| names);
        names.split('|').map(move |name| (country, name.trim()))
    })
}

/// All codes of the regions, each with its country.
pub fn codes() -> impl Iterator<Item = (Country, &'static str)> {
    entries().filter_map(|(country, entry)| Some((country, entry.split_once('=')?.1.trim())))
}

fn entries() -> impl Iterator<Item = (Country, &'static str)> {
    REGIONS.iter().flat_map(|(code, list)| {
        let country = Country::of(code);
        list.split(';').map(move |entry| (country, entry.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_their_countries() {
        let of = |name: &str| names().find(|(_, known)| *known == name).map(|(country, _)| country);

        assert_eq!(of("Calif"), Some(Country::of("US")));
        assert_eq!(of("New South Wales"), Some(Country::of("AU")));
        assert_eq!(of("Ceará"), Some(Country::of("BR")));
        assert!(codes().any(|(country, code)| (country.code(), code) == ("CA", "ON")));
        assert!(names().all(|(country, name)| country.is_listed() && !name.is_empty()));
    }
}
