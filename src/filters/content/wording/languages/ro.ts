/** Romanian. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const ro = `
casino: cazino*, casino*, păcănele, sloturi, rotiri gratuite, ruletă, jackpot*, pariuri sportive
| bonus de bun venit, bonus ~ depunere, fără depunere, prima depunere, revendică ~ bonus*, ia-ți bonusul
ridică ~ bonus*, joacă acum, bani reali, câștigă mare, retrage ~ câștig*, cod bonus
prize: ați câștigat, ai câștigat, ați fost selectat*, ai fost selectat*, ai fost ales*, ați fost ales*
norocosul câștigător, sunteți ~ câștigător*, ești ~ câștigător*, premiul tău, premiul dvs, recompensa ta
punctele ~ expiră
| revendică ~ premiul, revendicați ~ premiul, ridică ~ premiul, ridicați ~ premiul, primi ~ premiul
primește ~ cadoul, confirmă ~ adresa, confirmați ~ adresa, plătește ~ transport*, costuri de transport
înainte să expire, contactați ~ agent*, revendică acum
survey: sondaj scurt, scurt sondaj, chestionar scurt, completează ~ sondajul, completați ~ sondajul
completează ~ chestionarul, participă ~ sondaj*, răspunde ~ întrebări, răspundeți ~ întrebări, program de fidelitate
| recompensă exclusivă, primește ~ cadou, primești ~ cadou, iphone gratuit, câștigă ~ iphone, card cadou
voucher cadou, în valoare de, cadou gratuit, alege ~ cadou*
renewal: abonament* ~ expirat, abonament* ~ expiră, abonament* ~ suspendat, licența ~ expirat, protecția ~ expirat
antivirus* ~ expirat, domeniu* ~ expirat, domeniu* ~ expiră, domeniu* ~ expira, viruși ~ detectați, virus ~ detectat
calculator* ~ infectat, dispozitiv* ~ infectat, spațiu* ~ plin, stocare* ~ plin*, fotografiile ~ șterse
| reînnoiește acum, reînnoiți acum, reînnoiește ~ abonamentul, reînnoiți ~ abonamentul, reînnoiți ~ domeniul
reînnoiește ~ domeniul, reînnoiți ~ licența, actualizează ~ plat*, actualizați ~ plat*, în 24 de ore, în termen de 24
48 de ore, ultimul avertisment, ultima notificare, evita* ~ pierderea, evita* ~ întreruperea, elimină ~ virușii
cu reducere
mailbox: căsuța ~ plină, căsuța poștală ~ depășit, căsuța ~ limita, cutia poștală ~ plină, căsuța ~ dezactivată
contul de e-mail ~ închis, contul de e-mail ~ dezactivat, contul de email ~ dezactivat, parola ~ expiră
parola ~ expirat, parola ~ expira, mesaje ~ așteptare, mesaje ~ reținute, mesaje nelivrate
| păstra* ~ parola, păstrați ~ parola, confirma* ~ parola, confirmați ~ parola, mări* ~ spațiul, mări* ~ cota
elibera* ~ mesajele, recupera* ~ mesajele, verificați ~ contul, verifică ~ contul, validați ~ contul
confirmați ~ contul, actualizați ~ căsuța, evita* ~ dezactivarea, evita* ~ închiderea, faceți clic aici, click aici
loan: împrumut personal, împrumuturi personale, credit rapid, împrumut rapid, ofertă de împrumut, ofertă de credit
credit ~ aprobat, împrumut ~ aprobat, nevoie ~ împrumut, nevoie ~ credit, credit de nevoi, oferim împrumuturi
| fără garanții, fără giranți, fără adeverință, biroul de credit, istoric negativ, rău platnic*, dobândă de 2
dobândă de 3, dobânda ~ 2%, dobânda ~ 3%, dobândă mică, dobândă redusă, aprobare imediată, bani ~ minute
bani ~ cont ~ azi, aplică acum, suma împrumutului, durata împrumutului
cure: slăbești, slăbi, slăbit, pierde* în greutate, arde* grăsim*, grăsimea abdominală, diabet*, glicemi*, tinitus
căderea părului, dureri articulare, durerile articulare, prostat*, erecți*, impotenț*, potenț*, penis*, viagra
cialis
| miracol*, miraculos*, medicii ~ ascund, medicii ~ urăsc, medicii ~ șocați, industria farmaceutică, rețetă secretă
remediu natural, truc simplu, acest truc, înainte de culcare, fără dietă, fără diete, fără sport, în doar ~ zile
în câteva zile, 100% natural*, fără rețetă, livrare discretă
advanceFee: moștenire ~ milioane, moștenire de la, moștenirea, client* decedat, client* ~ decedat, regretatul meu
soțul meu decedat, răposatul, ruda cea mai apropiată, rudă apropiată, milioane de dolari, milioane de euro
milioane usd, suma de ~ milioane, transfer* ~ fonduri*, transfer* ~ banilor, donație de, donație pentru dvs
dona ~ dvs, fond de compensare, cont inactiv, beneficiar*, soldat ~ siria
| răspundeți ~ detalii, mai multe detalii, mai multe informații, contactați-mă, contactează-mă, scrieți-mi, scrie-mi
ajutorul dvs, ajutorul dumneavoastră, asistența dvs, răspuns urgent, aștept ~ răspuns*, confidențial*
confidențialitate, dumnezeu ~ binecuvânteze, dragă prietene, dragă prieten, mă numesc, numele meu este, sunt avocat
avocat, 50%, 40%, numele complet, fără risc*
extortion: am spart, am hackuit, am piratat, am acces la, acces complet, am infectat, am instalat ~ virus
am instalat ~ malware, am instalat ~ troian, software rău intenționat, program malițios, troian, te-am filmat
te-am înregistrat, am înregistrat, camera ta, webcam*, site-uri pentru adulți, site-uri porno*, porno*, masturb*
parola ta este
| trimite ~ bitcoin, trimiteți ~ bitcoin, plătește ~ bitcoin, plătiți ~ bitcoin, transferă ~ bitcoin
transferați ~ bitcoin, în bitcoin, portofel* bitcoin, adresa bitcoin, portofelul meu, contactele tale
tuturor contactelor, prieteni* și ~ famili*, famili* și ~ prieten*, voi trimite ~ video*, trimit ~ video*
voi publica ~ video*, voi șterge ~ video*, 48 de ore, 72 de ore, nu ~ poliți*, răscumpărare
account: contul ~ suspendat, contul ~ blocat, contul ~ limitat, contul ~ restricționat, contul ~ dezactivat
contul ~ închis, cardul ~ blocat, cardul ~ suspendat, cardul ~ dezactivat, accesul ~ blocat, accesul ~ restricționat
accesul ~ suspendat, activitate ~ neobișnuită, activitate ~ suspectă, tranzacți* ~ suspect*, acces ~ neautorizat
tranzacți* ~ neautorizat*, plata ~ respinsă, plata ~ refuzată, plata ~ eșuat, rambursare ~ impozit
| actualizați ~ datele, actualizează ~ datele, confirmați ~ datele, confirmă ~ datele, confirmați ~ identitatea
confirmă ~ identitatea, verificați ~ identitatea, verificați ~ contul, verifică ~ contul, verificați ~ datele
debloca*, deblocați, reactiva*, restabili* ~ accesul, restaura* ~ accesul, evita* ~ suspendarea, evita* ~ blocarea
definitiv ~ blocat, definitiv ~ închis, în 24 de ore, în termen de 24, în 48 de ore
parcel: coletul ~ așteptare, coletul ~ reținut, coletul ~ blocat, coletul ~ așteaptă, coletul ~ nu ~ livrat
coletul ~ vamă, coletul ~ vama, coletul ~ suspendat, expediția ~ vamă, expedierea ~ suspendată, livrarea ~ eșuat
livrare eșuată, livrarea ~ suspendată, adresă incompletă, adresa ~ incompletă
| plătiți ~ tax*, plătește ~ tax*, plata ~ taxei, achita* ~ tax*, achitați ~ tax*, taxe vamale, taxă vamală
taxa vamală, taxe de livrare, taxa de livrare, costuri de transport, costul livrării, confirmați ~ adresa
confirmă ~ adresa, actualizați ~ adresa, confirmați ~ plata, confirmați ~ livrarea, reprogramați
returnat ~ expeditor*
`
