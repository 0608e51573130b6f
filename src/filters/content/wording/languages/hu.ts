/** Hungarian. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const hu = `
casino: kaszinó*, online kaszinó*, nyerőgép*, ingyenes pörget*, ingyen pörget*, rulett*, jackpot*, sportfogadás*
fogadóiroda*
| üdvözlő bónusz*, befizetési bónusz*, bónusz ~ befizetés*, befizetés nélkül*, első befizetés*, kérje ~ bónusz*
szerezd meg ~ bónusz*, játssz most, játsszon most, valódi pénz*, azonnali kifizetés*, bónuszkód*
prize: ön nyert, ön megnyerte, nyert egy, megnyerte, önt választott*, kiválasztották, kiválasztásra került
szerencsés nyertes*, az ön nyereménye, nyereménye, pontjai ~ lejárnak
| nyeremény* ~ átvétel*, vegye át ~ nyeremény*, vegye át ~ ajándék*, igényelje ~ nyeremény*, igényelje most
váltsa be ~ pont*, erősítse meg ~ címét, fizesse ki ~ szállítás*, szállítási költség*, mielőtt lejár
lépjen kapcsolatba ~ ügynök*
survey: rövid felmérés*, rövid kérdőív*, töltse ki ~ kérdőív*, töltse ki ~ felmérés*, vegyen részt ~ felmérés*
válaszoljon ~ kérdés*, hűségprogram*, az ön véleménye
| exkluzív jutalom*, exkluzív ajándék*, kap ~ ajándék*, nyerjen ~ iphone*, ingyen iphone, ingyenes iphone
ajándékkártya*, ajándékutalvány*, értékű, ingyenes ajándék*, válasszon ~ ajándék*
renewal: előfizetése ~ lejárt, előfizetése ~ lejár, előfizetését ~ felfüggeszt*, tagsága ~ lejárt, licence ~ lejárt
védelme ~ lejárt, vírusvédelme ~ lejárt, domain ~ lejár, domainje ~ lejár, domain ~ lejárt, vírust ~ talált*
vírusok ~ talál*, számítógépe ~ fertőzött, készüléke ~ fertőzött, tárhelye ~ megtelt, fotói ~ törl*
| újítsa meg most, újítsa meg, hosszabbítsa meg, előfizetés* ~ megújít*, frissítse ~ fizetési, 24 órán belül
48 órán belül, utolsó figyelmeztetés*, utolsó emlékeztető*, elkerül* ~ adatveszt*, távolítsa el ~ vírus*
kedvezménnyel, bővítse ~ tárhely*
mailbox: postafiókja ~ megtelt, postafiók ~ megtelt, postafiókja ~ túllépte, postafiókja ~ elérte
postafiókját ~ letilt*, postafiókja ~ felfüggeszt*, e-mail fiókja ~ letilt*, e-mail fiókját ~ letilt*
jelszava ~ lejár, jelszava ~ lejárt, jelszó ~ lejár, üzenetek ~ várakoz*, függőben lévő ~ üzenet*
kézbesítetlen ~ üzenet*
| megtartsa ~ jelszav*, megtartása ~ jelszav*, tartsa meg ~ jelszav*, jelszó megtartás*, erősítse meg ~ jelszav*
növelje ~ tárhely*, növelje ~ kvót*, bővítse ~ postafiók*, üzenetek ~ letölt*, üzenetek ~ visszaállít*
ellenőrizze ~ fiók*, igazolja ~ fiók*, erősítse meg ~ fiók*, frissítse ~ postafiók*, elkerül* ~ letilt*
kattintson ide
loan: személyi kölcsön*, gyorskölcsön*, kölcsönajánlat*, hitelajánlat*, kölcsönt kínál*, hitel ~ jóváhagy*
kölcsön ~ jóváhagy*, szüksége ~ kölcsön*, szüksége ~ hitel*, online kölcsön, készpénzkölcsön*
| bar list*, barlistás*, jövedelemigazolás nélkül, kezes nélkül, fedezet nélkül, 2%-os kamat*, 3%-os kamat*
2 %-os kamat*, 3 %-os kamat*, alacsony kamat*, azonnali jóváhagyás*, pénz ~ percen, perc alatt, igényeljen most
igényelje most, kölcsön összege, futamid*
cure: fogy*, fogyás*, testsúly*, zsírégető*, zsírégetés*, hasi zsír*, cukorbetegség*, vércukor*, fülzúgás*
hajhullás*, ízületi fájdal*, prosztata*, erekció*, merevedés*, potencia*, impotencia, pénisz*, viagra, cialis
körömgomba*
| csoda*, csodaszer*, az orvosok ~ gyűlölik, az orvosok ~ titkolják, orvosok ~ megdöbbent*, gyógyszergyár*
titkos recept*, egyszerű trükk*, ez a trükk*, lefekvés előtt, diéta nélkül, edzés nélkül, mindössze ~ nap*
csupán ~ nap*, néhány nap alatt, 100% természetes, recept nélkül, diszkrét szállítás*
advanceFee: örökség* ~ millió*, örökséget, elhunyt ügyfel*, elhunyt férj*, néhai férj*, néhai ügyfel*
legközelebbi hozzátartoz*, millió dollár*, millió euró*, összeg* ~ millió*, pénz* ~ átutal*, alap* ~ átutal*
adomány* ~ önnek, adományoz* ~ önnek, kártérítési alap*, inaktív számla, kedvezményezett*, katona ~ szíri*
| válaszoljon ~ részlet*, további részlet*, további információ*, lépjen kapcsolatba velem, írjon nekem, a segítségét
segítségére, együttműködését, sürgős válasz*, várom ~ válasz*, bizalmas*, isten áldja, kedves barátom, kedves barát
a nevem, ügyvéd*, 50%, 40%, teljes neve, kockázatmentes*, kockázat nélkül
extortion: feltörtem, meghackeltem, hozzáférésem van, teljes hozzáférés*, hozzáfértem, megfertőztem
telepítettem ~ vírus*, telepítettem ~ kártev*, kártékony program*, kártevő*, trójai*, felvettem, rögzítettem
lefilmeztem, webkamer*, az ön kamerája, felnőtt oldal*, felnőtt tartalm*, pornó*, maszturb*, az ön jelszava
| küldj* ~ bitcoin*, utalj* ~ bitcoin*, fizess* ~ bitcoin*, bitcoinban, bitcoin-ban, bitcoin tárca, bitcoin pénztárca
bitcoin cím*, tárcám, pénztárcám, az ismerőseinek, összes ismerős*, összes kapcsolat*, névjegy*, család* és ~ barát*
barát* és ~ család*, elküldöm ~ videó*, közzéteszem ~ videó*, törlöm ~ videó*, 48 óra, 48 órán, 72 óra, 72 órán
rendőrség*, váltságdíj*
account: fiókja ~ felfüggeszt*, fiókját ~ felfüggeszt*, fiókját ~ zárol*, fiókját ~ korlátoz*, fiókját ~ letilt*
fiókja ~ zárol*, számláját ~ zárol*, számláját ~ felfüggeszt*, számláját ~ korlátoz*, kártyáját ~ letilt*
kártyáját ~ zárol*, bankkártyáját ~ letilt*, hozzáférését ~ korlátoz*, hozzáférését ~ felfüggeszt*
szokatlan ~ tevékenység*, gyanús ~ tevékenység*, gyanús ~ tranzakció*, jogosulatlan ~ hozzáférés*
jogosulatlan ~ tranzakció*, fizetés ~ sikertelen, fizetését ~ elutasít*, adó-visszatérítés*
| frissítse ~ adat*, erősítse meg ~ adat*, igazolja ~ adat*, ellenőrizze ~ adat*, igazolja ~ személyazonosság*
erősítse meg ~ személyazonosság*, igazolja ~ fiók*, erősítse meg ~ fiók*, ellenőrizze ~ fiók*, oldja fel ~ zárol*
feloldás*, aktiválja újra, újraaktivál*, állítsa vissza ~ hozzáférés*, visszaállít* ~ hozzáférés*, elkerül* ~ letilt*
elkerül* ~ felfüggeszt*, véglegesen ~ törl*, véglegesen ~ zárol*, végleg, 24 órán belül, 48 órán belül
parcel: csomagja ~ vár, csomagja ~ várakoz*, csomagját ~ visszatart*, csomagját ~ nem ~ kézbesít*, csomagját ~ vám*
csomagja ~ vám*, csomag ~ vám*, küldeménye ~ vám*, küldeménye ~ vár, küldeményét ~ nem ~ kézbesít*
küldeményét ~ visszatart*, sikertelen kézbesítés*, kézbesítés ~ sikertelen, hiányos cím*
| fizesse ~ díj*, fizesse ki ~ díj*, fizesse meg ~ díj*, díj* ~ megfizet*, vámdíj*, vámköltség*, vámkezelési
szállítási díj*, szállítási költség*, kézbesítési díj*, erősítse meg ~ cím*, frissítse ~ cím*
erősítse meg ~ fizetés*, erősítse meg ~ kézbesítés*, új kézbesítés*, visszaküld* ~ feladó*
`
