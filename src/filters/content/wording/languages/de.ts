/** German. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const de = `
casino: casino*, online-casino*, onlinecasino*, spielautomat*, freispiele*, spielothek*, roulette, jackpot*
sportwetten, wettanbieter*
| willkommensbonus*, einzahlungsbonus*, bonus ~ einzahlung*, ohne einzahlung, erste einzahlung, bonus sichern
bonus abholen, bonuscode*, jetzt spielen, jetzt losspielen, echtgeld*, große gewinne, sofort ~ auszahl*
gewinn* ~ auszahlen, kostenlos drehen
prize: sie haben gewonnen, du hast gewonnen, haben ~ gewonnen, sie wurden ausgewählt, du wurdest ausgewählt
wurden ~ ausgewählt, glücklicher gewinner, glückliche gewinner*, als gewinner*, ihr gewinn, ihre gewinnsumme
gewinnnummer*, gutschein ~ gewonnen, exklusive belohnung*, ihre belohnung, treuepunkte verfallen, punkte verfallen
lotteriegewinn*, gewinnbenachrichtigung
| gewinn ~ anfordern, gewinn ~ einlösen, gewinn ~ abholen, preis ~ abholen, prämie ~ sichern, belohnung ~ sichern
belohnung ~ abholen, geschenk ~ sichern, jetzt einlösen, jetzt abholen, jetzt sichern, versandkosten ~ bezahlen
adresse ~ bestätigen, nur noch ~ verfügbar, um ~ gewinn ~ erhalten, kontaktieren sie ~ agent*, bevor ~ verfällt
jetzt anfordern, punkte ~ einlösen
survey: kurze umfrage*, umfrage ~ teilnehmen, an unserer umfrage, kundenumfrage*, beantworten sie ~ fragen
fragen beantworten, ihre meinung, umfrage ausfüllen, umfrage beantworten, treueprogramm*
| exklusive belohnung*, belohnung* ~ erhalten, geschenk ~ erhalten, gratis ~ iphone, gratis-geschenk*
kostenloses geschenk, gutschein ~ erhalten, geschenkkarte*, im wert von, als dankeschön, heißluftfritteuse*
werkzeugset*, notfallset*, gewinnen sie ein
renewal: abo ~ abgelaufen, abonnement ~ abgelaufen, abonnement ~ läuft ab, mitgliedschaft ~ abgelaufen
lizenz ~ abgelaufen, schutz ~ abgelaufen, virenschutz ~ abgelaufen, antivirus* ~ abgelaufen, nicht mehr geschützt
viren gefunden, viren ~ entdeckt, computer ~ infiziert, gerät* ~ infiziert, gerät* ~ gefahr, domain ~ läuft ab
domain ~ abgelaufen, domain ~ gesperrt, speicher* ~ voll, cloud-speicher* ~ voll, fotos ~ gelöscht
konnte nicht verlängert, konnten ~ nicht verlängern
| jetzt verlängern, jetzt erneuern, umgehend ~ verlängern, sofort verlängern, abonnement ~ verlängern
lizenz ~ erneuern, schutz ~ erneuern, zahlungsdaten ~ aktualisieren, zahlungsmethode ~ aktualisieren
innerhalb von 24, innerhalb von 48, datenverlust, letzte mahnung, letzte erinnerung, speicher ~ erweitern, nur heute
rabatt ~ sichern, viren ~ entfernen, um ~ unterbrechung ~ vermeiden
mailbox: postfach ~ voll, mailbox ~ voll, postfach ~ überschritten, speicherlimit ~ überschritten
postfach ~ gesperrt, postfach ~ deaktiviert, postfach ~ geschlossen, e-mail-konto ~ gesperrt
e-mail-konto ~ deaktiviert, passwort ~ läuft ~ ab, passwort ~ abgelaufen, kennwort ~ läuft ~ ab
kennwort ~ abgelaufen, nachrichten ~ zurückgehalten, nachrichten ~ nicht zugestellt, ausstehende nachrichten
unzustellbare nachrichten
| passwort ~ behalten, passwort ~ beibehalten, kennwort ~ behalten, kennwort ~ beibehalten, passwort ~ bestätigen
kennwort ~ bestätigen, speicher* ~ erhöhen, speicherplatz ~ erweitern, postfach ~ bestätigen
postfach ~ aktualisieren, postfach ~ verifizieren, nachrichten ~ freigeben, nachrichten ~ abrufen, konto ~ bestätigen
konto ~ verifizieren, um ~ sperrung ~ vermeiden, um ~ deaktivierung, hier klicken, klicken sie hier
loan: kredit ohne, sofortkredit*, privatkredit*, kleinkredit*, geschäftskredit*, kreditangebot*, darlehen* ~ angebot*
darlehen von, kredit von, kredite von, brauchen sie ~ kredit, benötigen sie ~ kredit, benötigen sie ~ darlehen
finanzierung ~ projekt*
| ohne schufa, trotz schufa, ohne bonitätsprüfung, ohne sicherheiten, zinssatz von ~ 2, zinssatz von ~ 3, 2 % zinsen
3 % zinsen, niedrige zinsen, zu 2 %, zu 3 %, in ~ minuten ~ auszahlung, sofortige auszahlung, sofort ~ genehmig*
garantierte zusage, jetzt beantragen, gewünschter betrag, laufzeit des darlehens, kontaktieren sie uns per e-mail
cure: abnehmen, bauchfett*, kilo ~ tagen, kilo ~ wochen, gewicht verlieren, blutzucker*, diabetes, tinnitus
haarausfall*, gelenkschmerz*, rückenschmerz*, prostata*, erektion*, potenzmittel*, potenz, nagelpilz*, falten, cbd*
keto*, viagra, cialis
| wundermittel*, ärzte ~ hassen, ärzte ~ schockiert, ärzte ~ sprachlos, pharmaindustrie, geheimes rezept
geheimrezept*, einfacher trick, dieser trick, dieser ~ trick, vor dem schlafen*, ohne diät, ohne sport
in nur ~ tagen, in nur ~ wochen, über nacht, natürliches mittel, natürliche methode, rezeptfrei*, ohne rezept
diskret* ~ lieferung, diskret* ~ versand, höhle der löwen
advanceFee: nächste* angehörig*, erbschaft von, erbschaft, erbe von, verstorbene* kund*, verstorbene* ehemann*
millionen euro, millionen dollar, millionen us-dollar, mio euro, summe von, fonds ~ transfer*, spende von
spende an sie, ihnen ~ spenden, spendenbetrag*, nicht beansprucht*, ruhende* konto, schlafende* konto, begünstigte*
entschädigungsfonds, entschädigungszahlung*, goldbarren, soldat* ~ syrien
| antworten sie ~ details, für weitere ~ informationen, weitere einzelheiten, melden sie sich, kontaktieren sie mich
schreiben sie mir, streng vertraulich, vertraulich*, ihre hilfe, ihre unterstützung, ihre mithilfe, gott segne sie
lieber freund, liebe freunde, gegenseitig* ~ nutzen, warte auf ihre antwort, auf ihre ~ antwort, mein name ist
ich bin frau, ich bin herr, rechtsanwalt, 50 %, 40 %, ihr anteil, risikofrei*, vollständigen namen
vollständiger name, geschäftsvorschlag*, überraschung für sie
extortion: gerät ~ gehackt, konto ~ gehackt, computer ~ gehackt, habe sie gehackt, habe ~ gehackt
schadsoftware ~ installiert, trojaner ~ installiert, virus ~ installiert, zugriff auf ihr*, zugang zu ihr*
voller zugriff, ihre webcam, ihre kamera, deine webcam, deine kamera, video ~ aufgenommen, sie ~ gefilmt
aufgezeichnet, pornoseite*, porno*, selbstbefriedig*, masturbier*, ihr passwort lautet, ihr passwort ist
ihre daten ~ gestohlen
| überweisen sie ~ bitcoin, senden sie ~ bitcoin, zahlen sie ~ bitcoin, euro in bitcoin, eur in bitcoin
dollar in bitcoin, bitcoin-adresse, bitcoin-wallet, meine wallet, ihre freunde, ihre familie, ihre kontakte
alle ihre kontakte, allen ihren kontakten, video an ~ kontakte, video ~ veröffentlich*, schicke ich ~ video
sende ich ~ video, video ~ löschen, lösche ~ video, innerhalb von 48 stunden, innerhalb von 72 stunden, 48 stunden
72 stunden, nicht zur polizei, keine polizei, polizei ~ nicht, lösegeld
account: konto ~ gesperrt, konto ~ eingeschränkt, konto ~ deaktiviert, konto ~ geschlossen, konto ~ gelöscht
zugang ~ gesperrt, zugang ~ eingeschränkt, karte ~ gesperrt, kreditkarte ~ gesperrt, online-banking ~ gesperrt
ungewöhnliche ~ aktivität*, verdächtige ~ aktivität*, verdächtige ~ transaktion*, unbefugte* zugriff*
zahlung ~ fehlgeschlagen, zahlung ~ abgelehnt, photo-tan ~ läuft, pushtan ~ läuft, tan-verfahren ~ läuft
sicherheitsverfahren ~ läuft, steuerrückerstattung, rückerstattung ~ steht, wallet ~ gesperrt
registrierung ~ läuft ab
| konto ~ verifizieren, konto ~ bestätigen, daten ~ bestätigen, daten ~ aktualisieren, angaben ~ bestätigen
identität ~ bestätigen, bestätigen sie ihre, bestätigen sie ihr, verifizieren sie ~ ihr*, aktualisieren sie ~ ihre
zahlungsdaten ~ aktualisieren, konto ~ entsperren, konto ~ reaktivieren, zugang ~ wiederherstell*
konto ~ wiederherstell*, datenabgleich, sperrung ~ vermeiden, endgültig gesperrt, dauerhaft gesperrt
innerhalb von 24, innerhalb von 48, binnen 24, wiederherstellungsphrase, seed-phrase, jetzt verifizieren
jetzt bestätigen, erneuern sie
parcel: paket ~ angehalten, paket ~ zurückgehalten, paket ~ nicht zugestellt, sendung ~ nicht zugestellt
sendung ~ angehalten, paket ~ wartet, paket ~ zoll, sendung ~ zoll, sendung ~ zurückgehalten
zustellung ~ fehlgeschlagen, zustellversuch ~ gescheitert, lieferung ~ ausgesetzt, paket ~ nicht geliefert
adresse ~ unvollständig
| gebühr ~ bezahlen, gebühr von, gebühren ~ bezahlen, versandkosten ~ bezahlen, versandgebühr*, zollgebühr*
einfuhrgebühr*, zustellgebühr*, bearbeitungsgebühr*, nachzahlung, lieferung ~ bestätigen, adresse ~ bestätigen
adresse ~ aktualisieren, zahlung ~ bestätigen, neuen ~ termin ~ gebühr, zurückgesendet ~ absender
zurück an den absender
callback: wurde abgebucht, wird abgebucht, wurde belastet, wird belastet, automatisch verlängert, wurde verlängert
wird ~ verlängert, bestellung ~ bearbeitet
| nicht autorisiert, nicht veranlasst, nicht bestellt, nicht von ihnen, nicht sie waren, um ~ stornieren
um ~ kündigen, zu stornieren, zum stornieren, stornierung
payout: bitcoin-guthaben, ihr guthaben ~ btc, auszahlung ~ wartet, auszahlung ~ ausstehend, ausstehende auszahlung
mining-guthaben, krypto ~ auszahlung
| jetzt auszahlen, auszahlung ~ bestätigen, nur 24 stunden, konto ~ gelöscht, wallet ~ verbinden, nicht eingeloggt
nicht angemeldet, in kürze verfallen
dating: sexkontakt*, singles ~ nähe, frauen ~ nähe, heiße ~ frauen, heiße ~ singles, einsame ~ frauen, reife ~ frauen
sextreffen, seitensprung*, fremdgehen, russische frauen
| ohne verpflichtung*, kostenlos anmelden, kostenlos ~ registrieren, triff mich, schreib mir, meine fotos
nacktbilder, diskret*, noch heute, warten auf dich
document: dokument ~ freigegeben, datei ~ freigegeben, dokument ~ geteilt, datei ~ geteilt, neue sprachnachricht
neue voicemail, neues fax, gescanntes dokument, gescannte dokumente, offene rechnung, überfällige rechnung
zahlungsavis, verschlüsselte nachricht
| dokument ~ ansehen, dokument ~ anzeigen, dokument ~ öffnen, dokument ~ prüfen, dokument ~ unterzeichnen
dokument ~ herunterladen, datei ~ öffnen, datei ~ ansehen, nachricht ~ anhören, nachricht ~ abspielen
rechnung ~ ansehen, rechnung ~ herunterladen, melden sie sich an
`
