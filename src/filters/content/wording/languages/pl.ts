/** Polish. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const pl = `
casino: kasyn*, automat* do gier, darmowe spiny, darmowych spinów, ruletk*, jackpot*, zakład* sportow*, bukmacher*
| bonus powitalny, bonus* ~ depozyt*, bez depozytu, pierwszy depozyt, pierwsz* wpłat*, odbierz ~ bonus*, zagraj teraz
graj teraz, prawdziwe pieniądze, wypłać wygran*, wygraj ~ tysi*, kod bonusowy
prize: wygrałeś, wygrałaś, wygrał pan, zostałeś wybran*, zostałaś wybran*, został pan wybran*
zostali państwo wybrani, szczęśliwy zwycięzc*, szczęśliwym zwycięzc*, twoja nagroda, twoja wygrana, punkty ~ wygasną
punkty ~ wygasają
| odbierz ~ nagrod*, odebrać ~ nagrod*, odbierz ~ prezent, odbierz ~ wygran*, odbierz teraz, wymień ~ punkty
potwierdź ~ adres, opłać ~ wysyłk*, koszt* wysyłki, zanim wygaśnie, skontaktuj ~ agent*
survey: krótk* ankiet*, szybk* ankiet*, wypełnij ~ ankiet*, weź udział ~ ankiec*, odpowiedz ~ pyta*
program* lojalnościow*, twoja opinia
| ekskluzywn* nagrod*, odbierz ~ nagrod*, darmowy iphone, otrzymaj ~ prezent, otrzymaj ~ nagrod*, kart* podarunkow*
bon* podarunkow*, o wartości, wygraj ~ iphone, wybierz ~ nagrod*
renewal: subskrypcj* ~ wygasł*, subskrypcj* ~ wygasa, subskrypcj* ~ zawieszon*, abonament* ~ wygasł*
licencj* ~ wygasł*, ochron* ~ wygasł*, antywirus* ~ wygasł*, domen* ~ wygasa, domen* ~ wygasł*, domen* ~ wygaśnie
wykryto ~ wirus*, komputer ~ zainfekowan*, urządzenie ~ zainfekowan*, pamięć ~ pełna, zdjęcia ~ usunięte
| odnów teraz, odnów ~ subskrypcj*, odnowić ~ subskrypcj*, odnów ~ domen*, odnowić ~ domen*, odnów ~ ochron*
przedłuż ~ subskrypcj*, przedłuż ~ domen*, zaktualizuj ~ płatnoś*, w ciągu 24, w ciągu 48, ostatnie ostrzeżenie
ostatnie przypomnienie, uniknąć ~ utrat*, usuń ~ wirus*, zwiększ ~ pamięć
mailbox: skrzynk* ~ pełna, skrzynk* ~ przepełnion*, skrzynk* ~ limit, skrzynk* ~ przekroczył*, skrzynk* ~ zablokowan*
skrzynk* ~ dezaktywowan*, hasło ~ wygasa, hasło ~ wygasł*, hasło ~ wygaśnie, wiadomości ~ wstrzymane
wiadomości ~ oczekując*, niedostarczon* wiadomości
| zachować ~ hasło, zachowaj ~ hasło, potwierdź ~ hasło, potwierdzić ~ hasło, zwiększ ~ limit, zwiększyć ~ pojemność
zwolnij ~ wiadomości, odzyskaj ~ wiadomości, zweryfikuj ~ konto, zweryfikuj ~ skrzynk*, zaktualizuj ~ skrzynk*
potwierdź ~ konto, uniknąć ~ dezaktywacji, uniknąć ~ blokady, kliknij tutaj
loan: pożyczk* ~ gotówkow*, pożyczk* online, szybk* pożyczk*, szybki kredyt, kredyt gotówkowy, ofert* pożyczk*
ofert* kredyt*, potrzebujesz ~ pożyczki, potrzebujesz ~ kredytu, udzielamy pożyczek, udzielam pożyczek, chwilówk*
| bez bik, bez zaświadczeń, bez poręczycieli, bez zabezpieczeń, oprocentowanie ~ 2, oprocentowanie ~ 3
oprocentowaniem ~ 2, oprocentowaniem ~ 3, 2 %, 3 %, niskie oprocentowanie, decyzja ~ minut, pieniądze ~ minut
natychmiastowa wypłata, złóż wniosek teraz, kwota pożyczki
cure: schudn*, odchudzani*, utrat* wagi, spal* tłuszcz*, spalani* tłuszczu, cukrzyc*, poziom cukru, szumy uszne
wypadani* włosów, ból stawów, bóle stawów, prostat*, erekcj*, potencj*, grzybic*, penis*, viagra, cialis
| cudown*, lekarze ~ nienawidzą, lekarze ~ zszokowani, lekarze ~ ukrywają, koncerny farmaceutyczne, tajn* przepis*
domow* sposób, prosty trik, ten trik, przed snem, bez diety, bez diet, bez ćwiczeń, w zaledwie ~ dni, w kilka dni
100% naturaln*, bez recepty, dyskretn* przesyłk*, dyskretn* wysyłk*
advanceFee: spadek ~ milion*, spadek po, spadku po, zmarł* klient*, zmarł* mąż, zmarłego męża, mój zmarły
najbliższ* krewn*, milion* dolarów, milion* euro, kwot* ~ milion*, transfer ~ środków, przelew ~ środków
przekazać ~ środki, darowizn* od, darowizn* dla, fundusz* kompensacyjn*, uśpione konto, beneficjent*
żołnierz ~ syrii
| odpowiedz ~ szczegół*, odpisz ~ szczegół*, więcej szczegółów, więcej informacji ~ odpowiedzi, skontaktuj się ze mną
proszę o kontakt, napisz do mnie, twoja pomoc, twojej pomocy, pana pomocy, pilna odpowiedź, czekam na ~ odpowiedź
poufn*, bóg ~ błogosławi*, drogi przyjacielu, nazywam się, mam na imię, jestem prawnikiem, adwokat*, 50%, 40%
imię i nazwisko, bez ryzyka
extortion: zhakował*, włamał* się, mam dostęp do, pełny dostęp do, zainfekował*, zainstalował* ~ wirus*
zainstalował* ~ trojan*, zainstalował* ~ oprogramowanie, złośliwe oprogramowanie, nagrał*, twoja kamera
twojej kamer*, kamer* internetow*, twoją kamer*, film* z twoim, stron* pornograficzn*, stron* dla dorosłych, porno*
masturb*, twoje hasło to
| wyślij ~ bitcoin*, prześlij ~ bitcoin*, przelej ~ bitcoin*, przelej ~ btc, zapłać ~ bitcoin*, w bitcoin*
portfel* bitcoin, mój portfel, twoje kontakty, twoich kontaktów, wszystkich kontaktów, rodzin* i znajom*
znajom* i rodzin*, przyjaciół i rodzin*, wyślę ~ nagranie, wyślę ~ film, wyślę ~ wideo, opublikuj* ~ nagranie
opublikuj* ~ film, usunę ~ nagranie, usunę ~ film, 48 godzin, 72 godzin*, nie ~ policj*, okup*
account: konto ~ zablokowan*, konto ~ zawieszon*, konto ~ ograniczon*, konto ~ dezaktywowan*, konto ~ zamknięt*
kart* ~ zablokowan*, kart* ~ zawieszon*, dostęp ~ zablokowan*, dostęp ~ ograniczon*, dostęp ~ zawieszon*
nietypow* aktywność*, podejrzan* aktywność*, podejrzan* transakcj*, nieautoryzowan* ~ dostęp*
nieautoryzowan* transakcj*, płatność ~ odrzucon*, płatność ~ nie powiodła, zwrot podatku
| zaktualizuj ~ dane, zaktualizować ~ dane, potwierdź ~ dane, potwierdzić ~ dane, potwierdź ~ tożsamość
potwierdzić ~ tożsamość, zweryfikuj ~ konto, zweryfikować ~ konto, zweryfikuj ~ tożsamość, zweryfikuj ~ dane
potwierdź ~ konto, odblokuj*, odblokować, przywróć* ~ dostęp, reaktyw*, uniknąć ~ blokady, uniknąć ~ zawieszenia
trwale ~ zablokowan*, trwale ~ usunięt*, w ciągu 24, w ciągu 48, fraz* odzyskiwania
parcel: paczk* ~ wstrzyman*, paczk* ~ zatrzyman*, paczk* ~ oczekuje, paczk* ~ czeka, paczk* ~ nie ~ dostarczon*
przesyłk* ~ wstrzyman*, przesyłk* ~ zatrzyman*, przesyłk* ~ oczekuje, przesyłk* ~ nie ~ dostarczon*, przesyłk* ~ cł*
dostaw* ~ nie powiodła, nieudan* dostaw*, niepełny adres
| dopłać*, dopłat*, opłać ~ przesyłk*, opłacić ~ przesyłk*, uiść ~ opłat*, uiścić ~ opłat*, opłat* celn*
opłat* ~ dostaw*, należności celn*, koszt* wysyłki, zapłać ~ zł, potwierdź ~ adres, potwierdź ~ płatność
potwierdź ~ dostaw*, zaktualizuj ~ adres, zwrócon* ~ nadawc*, odesłan* ~ nadawc*
`
