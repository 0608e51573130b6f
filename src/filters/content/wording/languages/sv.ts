/** Swedish. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const sv = `
casino: casino*, kasino*, nätcasino*, spelautomat*, gratissnurr*, free spins, roulette, jackpot*, vadslagning
spelbolag*
| välkomstbonus*, insättningsbonus*, bonus ~ insättning*, utan insättning, första insättning*, hämta ~ bonus
spela nu, riktiga pengar, vinn stort, snabba uttag, bonuskod*
prize: du har vunnit, ni har vunnit, du har blivit utvald, du har valts, du är ~ vinnare, lycklig vinnare
lyckliga vinnare*, din vinst, din belöning, dina poäng ~ går ut
| hämta ~ vinst, hämta ~ pris, hämta ~ belöning, hämta ~ gåva, lös in ~ poäng, kräv ~ pris, bekräfta ~ adress
betala ~ frakt*, fraktkostnad*, innan ~ går ut, kontakta ~ agent, hämta nu
survey: kort undersökning, kort enkät, kundundersökning*, svara på ~ frågor, delta ~ undersökning, fyll i ~ enkät*
lojalitetsprogram*, din åsikt
| exklusiv belöning, få ~ gåva, få ~ belöning, gratis iphone, vinn ~ iphone, presentkort*, gratis gåva, värd ~ kr
värde av, välj ~ gåva
renewal: prenumeration* ~ gått ut, prenumeration* ~ löper ut, prenumeration* ~ går ut, medlemskap ~ gått ut
licens ~ gått ut, skydd ~ gått ut, antivirus* ~ gått ut, domän* ~ löper ut, domän* ~ går ut, virus ~ upptäckts
virus ~ hittats, dator ~ infekterad, enhet* ~ infekterad, lagring* ~ full*, foton ~ raderas
| förnya nu, förnya ~ prenumeration*, förnya ~ licens, förnya ~ domän*, förnya ~ skydd, uppdatera ~ betal*, inom 24
inom 48, sista påminnelse*, sista varning*, undvik* ~ avbrott, undvik* ~ förlora, ta bort ~ virus, utöka ~ lagring*
med rabatt
mailbox: brevlåda ~ full, inkorg ~ full, brevlåda ~ överskridit, postlåda ~ full, e-postkonto ~ stängas
e-postkonto ~ inaktiveras, e-postkonto ~ spärra*, lösenord ~ går ut, lösenord ~ gått ut, lösenord ~ löper ut
väntande meddelanden, meddelanden ~ väntar, meddelanden ~ kvarhåll*
| behåll ~ lösenord, behålla ~ lösenord, bekräfta ~ lösenord, öka ~ utrymme*, öka ~ kvot*, frigör ~ meddelanden
hämta ~ meddelanden, verifiera ~ konto, verifiera ~ e-post*, bekräfta ~ konto, uppdatera ~ brevlåda
uppdatera ~ e-post*, undvika ~ inaktivering, undvika ~ avstängning, klicka här
loan: privatlån, snabblån, smslån, företagslån, låneerbjudande*, erbjuder lån, lån ~ beviljat, lån ~ godkänt
behöver ~ lån, låna pengar, blancolån
| utan uc, utan säkerhet, utan borgensman, betalningsanmärkning*, ränta på 2, ränta på 3, 2% ränta, 3% ränta
2 % ränta, 3 % ränta, låg ränta, direkt utbetalning, direkt godkännande, pengar ~ minuter, pengar ~ konto ~ idag
ansök nu, lånebelopp
cure: gå ner i vikt, gå ned i vikt, viktminskning, bukfett, fettförbränn*, bränn ~ fett, diabetes, blodsocker
tinnitus, håravfall, ledvärk, ledsmärt*, prostata, erektion*, impotens, potens*, penis*, nagelsvamp, viagra, cialis
| mirakel*, läkare ~ hatar, läkare ~ chockad*, läkare ~ döljer, läkemedelsbolag*, hemligt recept, hemlig* ~ metod
enkelt knep, detta knep, före sänggå*, innan du somnar, utan bantning, utan diet, utan träning, på bara ~ dagar
på några dagar, 100% naturlig*, receptfri*, utan recept, diskret leverans
advanceFee: arv ~ miljon*, arv från, arv efter, avliden kund, avlidne kund, avlidne make, min avlidne
bortgångne make, närmaste anhörig*, miljoner dollar, miljoner euro, miljoner usd, summa ~ miljon*, överföring ~ medel
överföra ~ pengar, överföra ~ medel, donation till dig, donera ~ dig, donation från, ersättningsfond*, vilande konto
förmånstagare, soldat ~ syrien
| svara ~ detaljer, mer detaljer, mer information ~ svar*, ytterligare information, kontakta mig, skriv till mig
din hjälp, er hjälp, ditt samarbete, brådskande svar, väntar på ~ svar, inväntar ~ svar, konfidentiell*
konfidentiellt, gud välsigne, gud ~ välsigna, kära vän, käre vän, jag heter, mitt namn är, advokat, 50%, 40%
fullständiga namn, fullständigt namn, riskfri*
extortion: har hackat, hackade, hackat din, tillgång till din, full tillgång, fullständig tillgång, infekterat din
installerat ~ virus, installerade ~ virus, skadlig kod, skadlig programvara, trojan*, spelat in, filmat dig
din webbkamera, din kamera, webbkamera*, porrsajt*, porrsida*, porr, vuxensajt*, onaner*, ditt lösenord är
| skicka ~ bitcoin, betala ~ bitcoin, överför ~ bitcoin, i bitcoin, bitcoin-plånbok*, bitcoinplånbok*
bitcoin-adress*, bitcoinadress*, min plånbok, dina kontakter, alla dina kontakter, vänner och ~ familj
familj och ~ vänner, skickar jag ~ video*, skicka ~ videon, skicka ~ filmen, publicera* ~ video*, raderar ~ video*
48 timmar, 72 timmar, inte ~ polisen, lösensumma
account: konto ~ spärrat*, konto ~ spärrats, konto ~ begränsat*, konto ~ stängts, konto ~ stängas, konto ~ låst*
konto ~ inaktiverat*, kort ~ spärrat*, kort ~ spärrats, åtkomst ~ begränsad, åtkomst ~ begränsats, åtkomst ~ spärrad
ovanlig ~ aktivitet, misstänkt ~ aktivitet, misstänkt ~ transaktion, obehörig ~ åtkomst, obehörig ~ transaktion
betalning ~ nekad, betalning ~ nekats, betalning ~ misslyckades, bankid ~ löper ut, bankid ~ går ut, skatteåterbäring
| uppdatera ~ uppgifter, bekräfta ~ uppgifter, verifiera ~ uppgifter, bekräfta ~ identitet, verifiera ~ identitet
verifiera ~ konto, bekräfta ~ konto, återaktivera, lås upp ~ konto, återställ* ~ åtkomst, återställ* ~ konto
häv ~ spärr*, undvik* ~ spärr*, undvik* ~ avstängning, permanent ~ stäng*, permanent ~ spärr*, inom 24, inom 48
parcel: paket ~ väntar, paket ~ kvarhåll*, paket ~ hålls, paket ~ inte ~ levereras, paket ~ tullen
försändelse ~ tullen, försändelse ~ kvarhåll*, försändelse ~ väntar, leverans ~ misslyckades
leveransen ~ misslyckades, leveransförsök, ofullständig adress
| betala ~ avgift*, betala ~ frakt*, betala ~ tull*, tullavgift*, leveransavgift*, fraktavgift*, fraktkostnad*
hanteringsavgift*, bekräfta ~ adress, bekräfta ~ betalning, bekräfta ~ leverans*, uppdatera ~ adress
boka ~ ny ~ leverans, returneras ~ avsändaren, tillbaka ~ avsändaren
`
