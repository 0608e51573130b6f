/** Italian. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const it = `
casino: casinò*, casino*, slot machine, slot online, giri gratis, giri gratuiti, free spin*, roulette, jackpot*
scommesse sportive, blackjack
| bonus di benvenuto, bonus ~ deposito, bonus senza deposito, senza deposito, primo deposito, richiedi ~ bonus
ottieni ~ bonus, ritira ~ bonus, gioca ora, gioca subito, soldi veri, denaro reale, vinci alla grande
preleva ~ vincite, codice bonus
prize: hai vinto, ha vinto, avete vinto, sei stat* selezionat*, è stato selezionato, è stata selezionata
sei stato scelto, sei ~ vincitore, fortunato vincitore, fortunati vincitori, il tuo premio, la tua ricompensa
punti ~ scadono, punti ~ scadenza, punti ~ scadere
| richiedi ~ premio, ritira ~ premio, riscuoti ~ premio, reclama ~ premio, riscatta ~ premio, riscatta ~ punti
ricevi ~ premio, ottieni ~ premio, conferma ~ indirizzo, paga ~ spedizione, spese di spedizione, prima che scada
richiedi ora, contatta ~ agente, pochi pezzi
survey: breve sondaggio, sondaggio rapido, sondaggio ~ clienti, partecipa ~ sondaggio, completa ~ sondaggio
rispondi ~ domande, rispondi ~ sondaggio, programma fedeltà, programma di fedeltà, la tua opinione
| ricevi ~ premio, ricevi ~ regalo, ricompensa esclusiva, premio esclusivo, omaggio esclusivo, buono regalo
carta regalo, vinci ~ iphone, iphone gratis, del valore di, completamente gratis, scegli ~ premio, kit di emergenza
renewal: abbonamento ~ scaduto, abbonamento ~ scadenza, abbonamento ~ scade, abbonamento ~ sospeso
antivirus ~ scaduto, protezione ~ scaduta, licenza ~ scaduta, dominio ~ scaduto, dominio ~ scadenza, dominio ~ scade
dominio ~ sospeso, virus ~ rilevati, virus ~ rilevato, spazio ~ esaurito, archiviazione ~ piena, cloud ~ pieno
foto ~ eliminate, dispositivo ~ infetto, computer ~ infetto
| rinnova ora, rinnova subito, rinnovare ora, rinnova ~ abbonamento, rinnovare ~ abbonamento, rinnova ~ dominio
rinnovare ~ dominio, rinnova ~ protezione, aggiorna ~ pagamento, aggiornare ~ pagamento, evitare ~ interruzione
evitare ~ sospensione, evitare ~ perdita, entro 24, entro 48, ultimo avviso, ultimo sollecito, aumenta ~ spazio
rimuovi ~ virus, con lo sconto
mailbox: casella ~ piena, casella ~ limite, casella ~ superato, casella ~ disattivata, casella ~ sospesa
quota ~ superata, casella ~ quota, account ~ posta ~ disattivato, password ~ scade, password ~ scaduta
password ~ scadenza, password ~ scadere, messaggi ~ sospeso, messaggi ~ attesa, messaggi ~ bloccati
messaggi non consegnati
| mantenere ~ password, mantieni ~ password, conferma ~ password, confermare ~ password, aumentare ~ quota
aumenta ~ spazio, aumentare ~ spazio, rilasciare ~ messaggi, recuperare ~ messaggi, recupera ~ messaggi
convalida* ~ account, verifica ~ account, verificare ~ account, aggiorna ~ casella, aggiornare ~ casella
evitare ~ disattivazione, evitare ~ chiusura, clicca qui
loan: prestito personale, prestiti personali, offerta di prestito, offerte di prestito, prestito ~ privati
prestito veloce, prestiti veloci, prestito ~ approvato, prestito di denaro, bisogno ~ prestito
finanziamento ~ progetti, finanziamento ~ approvato
| senza busta paga, senza garanzie, senza garante, cattivi pagatori, protestati, tasso del 2, tasso del 3
tasso di interesse del, tasso ~ 2%, tasso ~ 3%, tasso basso, esito immediato, approvazione immediata, in 24 ore
entro ~ ore ~ conto, richiedi ora, fai domanda, durata del prestito, contattaci via e-mail
cure: perdere peso, perdita di peso, dimagrire, dimagrimento, brucia* grassi, brucia* ~ grasso, grasso addominale
pancia, diabete, glicemia, acufene*, caduta dei capelli, dolori articolari, mal di schiena, prostata, erezion*
impotenza, disfunzione erettile, pene, viagra, cialis, onicomicosi, cbd
| miracol*, medici ~ odiano, medici ~ scioccati, industria farmaceutica, case farmaceutiche, rimedio ~ nonna
rimedio naturale, ricetta segreta, trucco semplice, questo trucco, prima di dormire, prima di andare a letto
senza dieta, senza diete, senza palestra, in soli ~ giorni, in pochi giorni, 100% naturale, senza ricetta
consegna discreta, rituale serale
advanceFee: eredità di, eredità ~ milioni, fondi ~ eredità, cliente ~ deceduto, defunto cliente, defunto marito
mio defunto, parente più prossimo, parente prossimo, milioni di dollari, milioni di euro, somma di ~ milioni
somma di, trasferimento ~ fondi, trasferire ~ fondi, donazione di, donare ~ lei, donazione per, fondo di risarcimento
conto dormiente, beneficiario ~ fondi, soldato ~ siria
| risponda ~ dettagli, rispondi ~ dettagli, maggiori dettagli, ulteriori dettagli, ulteriori informazioni ~ risposta
contattami, mi contatti, scrivimi, mi scriva, email privata, il tuo aiuto, il suo aiuto, sua assistenza
risposta urgente, attendo ~ risposta, in attesa ~ risposta, riservato, riservatezza, confidenziale, dio ~ benedica
caro amico, cara amica, carissimo, mi chiamo, il mio nome è, sono la signora, sono il signor, notaio, avvocato, 50%
40%, la sua parte, nome completo, senza rischi*
extortion: ho hackerato, ho violato, hackerato ~ tuo, ho accesso ~ tuo, ho accesso ~ suo, accesso completo ~ tuo
accesso completo ~ suo, ho infettato, ho installato ~ virus, ho installato ~ trojan, ho installato ~ malware
installato ~ malware, installato ~ trojan, ho registrato ~ video, ti ho registrato, ti ho filmato, la tua webcam
tua webcam, la tua fotocamera, video di te, siti ~ adulti, siti porno*, porno*, masturb*, la tua password è
| invia ~ bitcoin, inviare ~ bitcoin, invii ~ bitcoin, paga ~ bitcoin, trasferisci ~ bitcoin, in bitcoin
portafoglio ~ bitcoin, mio portafoglio, i tuoi contatti, tuoi contatti, suoi contatti, tutti i tuoi contatti
amici e ~ parenti, familiari e amici, amici e familiari, invierò ~ video, pubblicherò ~ video, diffonderò ~ video
eliminerò ~ video, cancellerò, 48 ore, 72 ore, non ~ polizia, riscatto
account: conto ~ bloccato, conto ~ sospeso, conto ~ limitato, conto ~ disattivato, account ~ bloccato
account ~ sospeso, account ~ limitato, account ~ disattivato, account ~ chiuso, carta ~ bloccata, carta ~ sospesa
utenza ~ sospesa, utenza ~ bloccata, accesso ~ sospeso, accesso ~ bloccato, accesso ~ limitato, attività ~ insolita
attività ~ sospetta, attività sospette, transazione ~ sospetta, accesso ~ anomalo, pagamento ~ rifiutato
pagamento ~ fallito, rimborso ~ attesa, rimborso ~ disponibile, multa ~ pagata
| aggiorna ~ dati, aggiornare ~ dati, aggiorni ~ dati, conferma ~ dati, confermare ~ dati, confermi ~ dati
conferma ~ identità, confermare ~ identità, verifica ~ account, verifica ~ conto, verificare ~ conto
verifica ~ identità, verificare ~ identità, verifica ~ dati, verificare ~ dati, sbloccare, sblocca, riattivare
riattiva, ripristina* ~ accesso, evitare ~ blocco, evitare ~ sospensione, evitare ~ chiusura
definitivamente ~ bloccat*, entro 24, entro 48, frase di recupero
parcel: pacco ~ attesa, pacco ~ trattenuto, pacco ~ bloccato, pacco ~ sospeso, pacco ~ non ~ consegnato
pacco ~ dogana, pacco ~ giacenza, spedizione ~ sospeso, spedizione ~ sospesa, spedizione ~ attesa
spedizione ~ dogana, consegna ~ fallita, consegna ~ sospesa, tentativo di consegna, indirizzo incompleto
| pagare ~ spese, paga ~ spese, spese di spedizione, spese di consegna, spese doganali, costi di spedizione
tassa doganale, dazi doganali, pagare ~ tassa, pagare ~ commissione, pagamento ~ spese, conferma ~ pagamento
confermare ~ pagamento, conferma ~ indirizzo, confermare ~ indirizzo, aggiorna ~ indirizzo, aggiornare ~ indirizzo
riprogramma* ~ consegna, programma ~ consegna, restituito ~ mittente, rispedito ~ mittente
callback: è stato addebitato, sarà addebitato, rinnovato automaticamente, abbonamento ~ rinnovato
acquisto ~ confermato, ordine ~ confermato
| non ~ autorizzato, non riconosci, non riconosce, non ha effettuato, non hai effettuato, per annullare
annullare ~ ordine, per disdire, chiama ~ numero, chiami ~ numero, chiamaci
dating: donne ~ zona, single ~ zona, ragazze ~ zona, ragazze ~ calde, donne mature, incontri ~ sesso
sesso occasionale, donne russe, incontri hot
| iscrizione gratuita, registrati gratis, iscriviti gratis, senza impegno, le mie foto, mie foto, scrivimi
ti aspetta*, nuda, nude, stasera
document: documento ~ condiviso, file ~ condiviso, nuovo messaggio vocale, nuovo fax, documento scansionato
fattura insoluta, fattura scaduta, avviso di pagamento, messaggio crittografato
| visualizza ~ documento, apri ~ documento, scarica ~ documento, firma ~ documento, visualizza ~ file, scarica ~ file
ascolta ~ messaggio, visualizza ~ fattura, scarica ~ fattura, acceda
`
