/** Czech. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const cs = `
casino: kasin*, casino*, hrací automaty, výherní automaty, volná otočení, free spiny, ruleta, jackpot*
sázková kancelář, sportovní sázk*
| uvítací bonus, vstupní bonus, bonus* ~ vklad*, bez vkladu, první* vklad*, získej* ~ bonus, vyzvedn* ~ bonus
hraj* ~ hned, hrajte nyní, skutečné peníze, vyberte ~ výhr*, bonusový kód
prize: vyhrál jste, vyhráli jste, vyhrál* jste, byl* jste vybrán*, byli jste vybráni, šťastn* výherc*, vaše výhra
vaše odměna, body ~ vyprší, body ~ propadnou
| vyzvedn* ~ výhr*, vyzvedn* ~ odměn*, vyzvedn* ~ dárek, získejte ~ dárek, uplatn* ~ výhr*, uplatněte ~ body
potvrďte ~ adresu, zaplaťte ~ poštovné, poštovné, než vyprší, kontaktujte ~ agent*
survey: krátk* průzkum*, krátk* dotazník*, rychl* průzkum*, vyplňte ~ dotazník, zúčastněte ~ průzkum*
odpovězte ~ otáz*, věrnostní* program*, váš názor
| exkluzivní odměn*, získejte ~ odměn*, získejte ~ dárek, iphone zdarma, dárkov* kart*, dárkov* poukaz*, v hodnotě
vyhrajte ~ iphone, vyberte si ~ dárek
renewal: předplatné ~ vypršelo, předplatné ~ vyprší, předplatné ~ pozastaveno, licence ~ vypršela, ochrana ~ vypršela
antivir* ~ vypršel*, doména ~ vyprší, doména ~ vypršela, domény ~ vyprší, nalezen* ~ vir*, počítač ~ infikován
zařízení ~ infikováno, úložiště ~ plné, fotografie ~ smazány
| obnovte nyní, obnovit nyní, obnovte ~ předplatné, obnovte ~ licenci, obnovte ~ ochranu, obnovte ~ doménu
prodlužte ~ předplatné, prodlužte ~ doménu, aktualizujte ~ plateb*, do 24 hodin, do 48 hodin, poslední varování
poslední upomínka, zabránil* ~ ztrátě, odstraňte ~ viry, navyšte ~ úložiště
mailbox: schránka ~ plná, schránka ~ zaplněna, schránka ~ překročila, schránky ~ limit, schránka ~ zablokována
schránka ~ deaktivována, heslo ~ vyprší, heslo ~ vypršelo, platnost hesla, zprávy ~ pozastaveny, nedoručené zprávy
zprávy ~ čekají, čekající zprávy
| zachovat ~ heslo, ponechat ~ heslo, ponechte ~ heslo, potvrďte ~ heslo, potvrdit ~ heslo, zvýšit ~ kapacitu
zvyšte ~ kapacitu, uvolnit ~ zprávy, obnovit ~ zprávy, ověřte ~ účet, ověřte ~ schránku, ověřit ~ účet
aktualizujte ~ schránku, předešli ~ deaktivaci, klikněte zde
loan: půjčk* ~ hotovosti, rychlá půjčka, rychlé půjčky, osobní půjčk*, nabídka půjčky, nabídku půjčky
nabízíme půjčky, půjčka online, potřebujete ~ půjčku, potřebujete ~ úvěr, úvěr schválen, nebankovní půjčk*
| bez registru, bez ručitele, bez zástavy, bez doložení, úrok* ~ 2, úrok* ~ 3, 2 %, 3 %, nízký úrok, nízkým úrokem
okamžité schválení, peníze ~ minut, požádejte ~ nyní, výše půjčky, doba splácení
cure: zhubn*, hubnutí, spal* tuk*, spalování tuků, cukrovk*, hladina cukru, hladinu cukru, tinnitus, vypadávání vlasů
bolest kloubů, bolesti kloubů, prostat*, erekc*, potenc*, penis*, viagra, cialis, plísn* nehtů
| zázrač*, lékaři ~ nenávidí, lékaři ~ šokováni, lékaři ~ tají, farmaceutick* firm*, tajný recept, babský recept
jednoduchý trik, tento trik, před spaním, bez diety, bez diet, bez cvičení, za pouhých ~ dní, za pár dní
100% přírodní, bez předpisu, bez receptu, diskrétní doručení
advanceFee: dědictví ~ milion*, dědictví po, zesnul* klient*, zesnul* manžel*, mého zesnulého, nejbližší příbuzn*
milion* dolarů, milion* eur, částk* ~ milion*, převod ~ prostředků, převést ~ prostředky, převod ~ peněz, dar pro vás
darovat ~ vám, věnovat ~ vám, kompenzační fond, oprávněn* příjemc*, voják* ~ sýrii
| odpovězte ~ podrobnosti, více podrobností, více informací ~ odpovědi, další podrobnosti, kontaktujte mě, napište mi
vaši pomoc, vaše pomoc, vaší pomoci, čekám na ~ odpověď, urychlenou odpověď, důvěrn*, bůh ~ žehnej, drahý příteli
milý příteli, jmenuji se, mé jméno je, jsem právník, advokát*, 50 %, 40 %, celé jméno, bez rizika
extortion: hacknul*, naboural* ~ do, mám přístup k, plný přístup k, infikoval*, nainstaloval* ~ vir*
nainstaloval* ~ trojan*, nainstaloval* ~ malware, škodlivý software, natočil*, nahrál* ~ vás, vaši webkameru
vaše webkamer*, vaší webkamer*, vaši kameru, porno*, stránk* pro dospělé, masturb*, vaše heslo je
| pošlete ~ bitcoin*, zašlete ~ bitcoin*, zaplaťte ~ bitcoin*, převeďte ~ bitcoin*, v bitcoin*, bitcoinov* peněžen*
moje peněženka, mou peněženku, vaše kontakty, vašim kontaktům, všem kontaktům, rodin* a přátel*, přátel* a rodin*
přátelům a rodině, pošlu ~ video, rozešlu ~ video, zveřejním ~ video, smažu ~ video, 48 hodin, 72 hodin
nevolejte ~ policii, na policii, výkupné
account: účet ~ zablokován, účet ~ pozastaven, účet ~ omezen, účet ~ deaktivován, účet ~ uzavřen, účet ~ zrušen
karta ~ zablokována, karta ~ pozastavena, přístup ~ zablokován, přístup ~ omezen, přístup ~ pozastaven
neobvykl* aktivit*, podezřel* aktivit*, podezřel* transakc*, neoprávněn* přístup, neoprávněn* transakc*
platba ~ zamítnuta, platba ~ selhala, vrácení daně
| aktualizujte ~ údaje, aktualizovat ~ údaje, potvrďte ~ údaje, potvrdit ~ údaje, potvrďte ~ totožnost, ověřte ~ účet
ověřit ~ účet, ověřte ~ totožnost, ověřte ~ údaje, ověřit ~ údaje, potvrďte ~ účet, odblokujte, odblokovat
obnovte ~ přístup, obnovit ~ přístup, reaktiv*, zabránili ~ zablokování, trvale ~ zablokován*, trvale ~ zrušen*
do 24 hodin, do 48 hodin
parcel: balík ~ pozastaven, balík ~ zadržen, balík ~ čeká, balík ~ nemohl, balík ~ nebyl ~ doručen, balíček ~ zadržen
balíček ~ čeká, zásilka ~ zadržena, zásilka ~ pozastavena, zásilka ~ čeká, zásilku ~ nelze, zásilku ~ doručit
zásilka ~ celnic*, doručení ~ selhalo, neúplná adresa
| zaplaťte ~ poplatek, uhraďte ~ poplatek, uhradit ~ poplatek, zaplatit ~ poplatek, celní poplatek, celní poplatky
clo, poštovné, doplatek, doplaťte, poplatek za doručení, potvrďte ~ adresu, potvrďte ~ platbu, potvrďte ~ doručení
aktualizujte ~ adresu, vrácen* ~ odesílatel*
`
