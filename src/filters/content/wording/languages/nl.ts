/** Dutch. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const nl = `
casino: casino*, online casino*, gokkast*, gratis spins, roulette, jackpot*, sportweddenschap*, blackjack, goksite*
| welkomstbonus*, bonus ~ storting, stortingsbonus*, zonder storting, eerste storting, claim ~ bonus, ontvang ~ bonus
speel nu, nu spelen, echt geld, win groot, direct ~ uitbetaling, bonuscode*
prize: je hebt gewonnen, u heeft gewonnen, u hebt gewonnen, heeft ~ gewonnen, je bent geselecteerd
u bent geselecteerd, je bent ~ uitgekozen, u bent ~ uitgekozen, gelukkige winnaar, winnaar van, jouw beloning
uw beloning, uw prijs, punten ~ vervallen, punten ~ verlopen
| claim ~ prijs, claim ~ beloning, claim ~ cadeau, ontvang ~ prijs, ontvang ~ cadeau, haal ~ prijs ~ op
prijs ~ ophalen, verzilver ~ punten, wissel ~ punten, bevestig ~ adres, betaal ~ verzendkosten, verzendkosten
claim nu, voordat ~ verloopt, nog ~ beschikbaar, neem contact op ~ agent
survey: korte enquête, korte vragenlijst, klantenonderzoek, doe mee ~ enquête, vul ~ enquête, vul ~ vragenlijst
beantwoord ~ vragen, loyaliteitsprogramma, uw mening, jouw mening
| exclusieve beloning, ontvang ~ cadeau, ontvang ~ beloning, gratis ~ iphone, gratis cadeau, cadeaubon*, cadeaukaart*
ter waarde van, maak kans op, win ~ iphone, kies ~ cadeau
renewal: abonnement ~ verlopen, abonnement ~ verloopt, abonnement ~ opgeschort, lidmaatschap ~ verlopen
antivirus ~ verlopen, bescherming ~ verlopen, licentie ~ verlopen, domein* ~ verlopen, domein* ~ verloopt
virussen ~ gevonden, virussen ~ gedetecteerd, opslag* ~ vol, cloud ~ vol, foto's ~ verwijderd
apparaat ~ geïnfecteerd, computer ~ geïnfecteerd
| verleng nu, nu verlengen, verleng ~ abonnement, vernieuw nu, vernieuw ~ abonnement, verleng ~ domein*
betaalgegevens ~ bijwerken, betaalgegevens ~ bij, werk ~ betaalgegevens, om ~ onderbreking ~ voorkomen, binnen 24
binnen 48, laatste herinnering, laatste waarschuwing, vergroot ~ opslag*, virussen ~ verwijderen, met korting
mailbox: mailbox ~ vol, postvak ~ vol, mailbox ~ overschreden, mailbox ~ limiet, opslaglimiet ~ bereikt
mailbox ~ gedeactiveerd, mailbox ~ geblokkeerd, e-mailaccount ~ gedeactiveerd, e-mailaccount ~ afgesloten
wachtwoord ~ verloopt, wachtwoord ~ verlopen, berichten ~ wachtrij, berichten ~ tegengehouden
berichten ~ niet afgeleverd, openstaande berichten
| wachtwoord ~ behouden, behoud ~ wachtwoord, wachtwoord ~ bevestigen, bevestig ~ wachtwoord, verhoog ~ opslag*
opslag* ~ verhogen, berichten ~ vrijgeven, berichten ~ ophalen, valideer ~ account, verifieer ~ account
bevestig ~ account, account ~ verifiëren, mailbox ~ bijwerken, mailbox ~ upgraden, om ~ deactivering ~ voorkomen
klik hier
loan: persoonlijke lening*, zakelijke lening*, snelle lening*, lening ~ aanbod, leningaanbod, minilening*, geld lenen
lening ~ goedgekeurd, lening nodig, krediet ~ goedgekeurd
| zonder bkr, ondanks bkr, zonder onderpand, zonder loonstrook, rente van 2, rente van 3, rentevoet van, lage rente
2% rente, 3% rente, direct ~ rekening, binnen ~ minuten, directe goedkeuring, vraag nu aan, nu aanvragen
looptijd van de lening
cure: afvallen, gewicht verliezen, gewichtsverlies, vet verbranden, vetverbrand*, buikvet, diabetes, bloedsuiker*
tinnitus, oorsuizen, haaruitval, gewrichtspijn*, rugpijn, prostaat*, erectie*, impotentie, penis*, viagra, cialis
schimmelnagel*, kalknagel*, cbd, keto
| wonder*, artsen ~ haten, artsen ~ geschokt, dokters ~ haten, farmaceutische industrie, geheim recept, simpele truc
deze truc, voor het slapen*, zonder dieet, zonder dieet*, zonder sporten, in slechts ~ dagen, in enkele dagen
100% natuurlijk, natuurlijk middel, zonder recept, discrete ~ levering, discreet ~ geleverd
advanceFee: erfenis van, erfenis ~ miljoen*, nalatenschap, overleden klant*, overleden echtgenoot, wijlen
nabestaande*, naaste familie, miljoen dollar, miljoen euro, miljoenen euro's, bedrag van ~ miljoen
fonds* ~ overmaken, overdracht ~ fonds*, geld ~ overmaken ~ rekening, donatie van, donatie aan u, doneren ~ aan u
schadevergoedingsfonds, slapende rekening, begunstigde*, soldaat ~ syrië
| meer informatie ~ antwoord, meer details, antwoord ~ details, neem contact met mij op, contact met mij, schrijf mij
privé-e-mail, privé e-mail, uw hulp, uw medewerking, uw dringende, wacht op uw antwoord, op uw ~ antwoord
vertrouwelijk*, god zegene, god zegen, beste vriend, lieve vriend, mijn naam is, ik ben mevrouw, ik ben meneer
advocaat, notaris, wederzijds voordeel, 50%, 40%, uw deel, volledige naam, zonder risico
extortion: heb ~ gehackt, gehackt, toegang tot uw, toegang tot je, volledige toegang tot, geïnfecteerd met
malware ~ geïnstalleerd, virus ~ geïnstalleerd, trojan ~ geïnstalleerd, u ~ opgenomen, je ~ opgenomen, u ~ gefilmd
je ~ gefilmd, uw webcam, je webcam, uw camera, je camera, video van u, video van jou, pornosite*, porno*
sites voor volwassenen, masturb*, uw wachtwoord is, je wachtwoord is
| stuur ~ bitcoin, betaal ~ bitcoin, maak ~ bitcoin ~ over, euro in bitcoin, in bitcoin*, bitcoin-wallet
bitcoinadres, bitcoin-adres, mijn wallet, uw contacten, je contacten, al uw contacten, al je contacten
vrienden en familie, familie en vrienden, stuur ik ~ video, video ~ sturen, video ~ publiceren, video ~ verspreiden
video ~ verwijderen, verwijder ik ~ video, 48 uur, 72 uur, niet naar de politie, geen politie, losgeld
account: account ~ geblokkeerd, account ~ opgeschort, account ~ beperkt, account ~ gedeactiveerd, account ~ gesloten
rekening ~ geblokkeerd, rekening ~ beperkt, rekening ~ opgeschort, bankpas ~ geblokkeerd, bankpas ~ verloopt
betaalpas ~ verloopt, pas ~ geblokkeerd, toegang ~ geblokkeerd, toegang ~ beperkt, ongebruikelijke ~ activiteit*
verdachte ~ activiteit*, verdachte ~ transactie*, betaling ~ mislukt, betaling ~ geweigerd, digipas ~ verloopt
openstaande ~ boete, openstaande ~ schuld, beslag ~ gelegd, beslaglegging, teruggave ~ klaar
| gegevens ~ bijwerken, gegevens ~ bij, gegevens ~ bevestigen, bevestig ~ gegevens, bevestig ~ identiteit
bevestig ~ account, verifieer ~ identiteit, verifieer ~ account, verifieer ~ gegevens, identiteit ~ verifiëren
account ~ verifiëren, controleer ~ gegevens, update ~ gegevens, deblokkeer*, heractiveer*, reactiveer*
toegang ~ herstellen, herstel ~ toegang, blokkade ~ voorkomen, blokkering ~ voorkomen, definitief ~ geblokkeerd
vraag ~ nieuwe ~ pas, binnen 24, binnen 48, betaal ~ direct, herstelzin
parcel: pakket ~ vastgehouden, pakket ~ wacht, pakket ~ wachten, pakket ~ niet ~ bezorgd, pakket ~ niet ~ afgeleverd
pakket ~ douane, zending ~ vastgehouden, zending ~ douane, zending ~ wacht, bezorging ~ mislukt, levering ~ mislukt
levering ~ opgeschort, bezorgpoging, adres ~ onvolledig
| betaal ~ kosten, kosten ~ betalen, verzendkosten, bezorgkosten, douanekosten, invoerrechten, inklaringskosten
betaal ~ bedrag, bevestig ~ betaling, bevestig ~ adres, bevestig ~ bezorging, bevestig ~ levering, adres ~ bijwerken
nieuwe ~ bezorging, opnieuw ~ bezorgen, teruggestuurd ~ afzender, retour afzender
callback: is afgeschreven, wordt afgeschreven, zal ~ afgeschreven, automatisch verlengd, abonnement ~ verlengd
bestelling ~ bevestigd, aankoop ~ bevestigd
| niet ~ geautoriseerd, geen toestemming, niet ~ herkent, niet herkent, niet ~ geplaatst, niet door u, om ~ annuleren
annuleer, te annuleren, bel ~ klantenservice, bel ons
dating: singles ~ buurt, vrouwen ~ buurt, buurvrouw, sexdate*, seksdate*, sexcontact*, sexvriend*, seksvriend*, geile
erotisch*, sexpartner*, seksafspraak*, discrete ~ dames, milf*, tinder, eenzame vrouwen, spannende afspraak
lusten ~ lasten, neuken, neukt, ondeugende ~ vrouwen, russische vrouwen, dating voor volwassenen, gratis afspreken
naaktfoto*
| gratis toegang, gratis aanmelden, gratis inschrijven, gratis afspreken, via whatsapp, mijn foto*, contact met
reageer, kom nu, bekijk ~ profiel, bekijk ~ foto*, neem contact, schrijf me, stuur me, vanavond, vaste relatie
geen nepprofielen, ontmoeten, opzoek naar, op zoek naar, naakt, wacht op je
document: document ~ gedeeld, bestand ~ gedeeld, nieuw spraakbericht, nieuwe voicemail, nieuwe fax, gescand document
openstaande factuur, achterstallige factuur, betalingsbewijs, versleuteld bericht
| bekijk ~ document, document ~ bekijken, open ~ document, document ~ openen, document ~ downloaden
document ~ ondertekenen, bekijk ~ bestand, bestand ~ downloaden, bericht ~ beluisteren, factuur ~ bekijken
factuur ~ downloaden, log in om
`
