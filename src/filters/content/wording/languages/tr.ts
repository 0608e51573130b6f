/** Turkish. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const tr = `
casino: casino*, kumarhane*, slot oyun*, bedava dönüş*, ücretsiz dönüş*, rulet, jackpot*, bahis site*, canlı bahis
iddaa
| hoş geldin bonusu, hoşgeldin bonusu, yatırım bonusu, yatırım* ~ bonus*, deneme bonusu, yatırımsız, çevrimsiz
ilk yatırım*, bonus* ~ al, bonusunu al, hemen oyna, şimdi oyna, gerçek para, kazancını ~ çek, anında çekim
bonus kodu
prize: kazandınız, siz kazandınız, ödül kazandınız, çekilişi kazandınız, seçildiniz, şanslı kişi, şanslı kazanan
ödülünüz, hediyeniz, puanlarınız ~ sil*, puanlarınız ~ sona
| ödülünüzü ~ alın, ödülünüzü almak, ödülü ~ alın, hediyenizi ~ alın, hediyenizi almak, hemen alın
puanlarınızı ~ kullan*, adresinizi ~ onayla*, kargo ücreti*, süre dolmadan, son gün, temsilci* ~ iletişim*
survey: kısa anket*, anketi ~ doldur*, anketimizi, ankete katıl*, müşteri anketi, soruları ~ cevapla*
soruları ~ yanıtla*, sadakat program*, görüşünüz
| özel ödül*, ödül ~ kazanın, hediye ~ kazanın, bedava iphone, ücretsiz iphone, hediye kartı, hediye çeki, değerinde
iphone ~ kazan*, hediyenizi ~ seç*
renewal: aboneliğiniz ~ sona, aboneliğiniz ~ doldu, aboneliğiniz ~ askıya, üyeliğiniz ~ sona, lisansınız ~ sona
lisansınız ~ doldu, korumanız ~ sona, antivirüs* ~ sona, alan adınız ~ dol*, alan adınız ~ sona, virüs ~ tespit
virüs ~ bulundu, cihazınız* ~ virüs*, bilgisayarınız* ~ virüs*, depolama* ~ dol*, fotoğraflarınız ~ silin*
| şimdi yenile*, hemen yenile*, aboneliğinizi ~ yenile*, lisansınızı ~ yenile*, alan adınızı ~ yenile*
korumanızı ~ yenile*, ödeme bilgilerinizi ~ güncelle*, 24 saat içinde, 48 saat içinde, son uyarı, son hatırlatma
veri kaybı*, kesinti* ~ önle*, indirimle, virüsleri ~ temizle*, depolama* ~ artır*
mailbox: posta kutunuz ~ doldu, posta kutunuz ~ dolu, posta kutunuz ~ kota*, posta kutusu ~ kota*, kotanız ~ aştı
kotanız ~ doldu, posta kutunuz ~ kapat*, posta kutunuz ~ devre dışı, e-posta hesabınız ~ kapat*
e-posta hesabınız ~ devre dışı, şifreniz* ~ sona, şifreniz* ~ dol*, parolanız* ~ sona, parolanız* ~ dol*
bekleyen ~ mesaj*, mesajlar* ~ beklet*, teslim edilemeyen ~ mesaj*
| şifrenizi ~ koru*, parolanızı ~ koru*, aynı şifre*, aynı parola*, mevcut şifre*, şifrenizi ~ onayla*
parolanızı ~ onayla*, kotanızı ~ artır*, kotayı ~ artır*, mesajları ~ görüntüle*, mesajları ~ kurtar*
hesabınızı ~ doğrula*, hesabınızı ~ onayla*, posta kutunuzu ~ doğrula*, posta kutunuzu ~ güncelle*
kapatılmasını ~ önle*, buraya tıklay*
loan: ihtiyaç kredisi, hızlı kredi, anında kredi, kredi teklifi, kredi ~ onaylandı, kredi başvurunuz
krediye ihtiyac*, kredi mi, borç para, nakit avans, kişisel kredi
| kefilsiz, teminatsız, sicili bozuk*, kara liste*, kredi notu ~ düşük, düşük faiz*, faiz oranı ~ 2, faiz oranı ~ 3
yüzde 2 faiz, yüzde 3 faiz, %2 faiz, %3 faiz, anında onay, dakikada ~ hesab*, dakika ~ hesab*, hemen başvur*
masrafsız
cure: kilo ver*, zayıfla*, yağ yak*, göbek yağ*, şeker hastalığı, diyabet*, kan şeker*, kulak çınlama*, saç dökülme*
eklem ağrı*, bel ağrı*, prostat*, ereksiyon*, sertleşme*, iktidarsızlık, penis*, viagra, cialis, tırnak mantar*
| mucize*, doktorlar* ~ saklad*, doktorlar* ~ şok*, doktorlar* ~ gizle*, ilaç şirketler*, gizli tarif, gizli formül
basit ~ yöntem, bu numara, uyumadan önce, yatmadan önce, diyet yapmadan, diyetsiz, egzersiz yapmadan, sadece ~ günde
birkaç günde, %100 doğal, reçetesiz, gizli teslimat, gizli kargo
advanceFee: miras ~ milyon*, mirası, miras bırak*, ölen ~ müşteri*, merhum ~ müşteri*, merhum kocam*, merhum eşim*
ölen kocam*, en yakın akraba*, milyon dolar*, milyon euro*, milyon ~ tutarında, fon* ~ transfer*, para* ~ transfer*
bağış ~ size, size ~ bağış*, tazminat fonu, atıl hesap, lehtar*, asker* ~ suriye*
| ayrıntılar için, detaylar için, daha fazla bilgi ~ yanıt*, daha fazla bilgi ~ cevap*, bana ~ yazın
benimle iletişim*, benimle ~ iletişim*, yardımınıza, yardımınız*, acil cevap*, acil yanıt*, cevabınızı bekliyor*
yanıtınızı bekliyor*, gizli*, gizlilik, tanrı sizi ~ kutsa*, allah ~ razı, sevgili dost*, değerli dost*, benim adım
adım, avukat*, %50, %40, payınız, tam adınız, risksiz
extortion: hackledim, hack'ledim, cihazınızı ~ ele geçir*, hesabınızı ~ ele geçir*, bilgisayarınızı ~ ele geçir*
erişim* ~ sağladım, tam erişim*, erişimim var, virüs ~ yükledim, virüs ~ bulaştırdım, truva atı, zararlı yazılım
kötü amaçlı yazılım, kaydettim, videonuzu ~ çektim, sizi ~ kaydettim, web kameranız*, kameranız*, yetişkin site*
porno*, mastürbasyon*, şifreniz şu
| bitcoin ~ gönder*, bitcoin ~ öde*, bitcoin olarak, btc ~ gönder*, bitcoin cüzdan*, bitcoin adres*, cüzdanım*
tüm kişileriniz*, kişi listeniz*, rehberiniz*, aileniz* ve arkadaş*, ailenize ve, arkadaşlarınıza ve
videoyu ~ gönder*, videoyu ~ yayınla*, videoyu ~ sil*, 48 saat*, 72 saat*, polise git*, polise haber, fidye
account: hesabınız ~ askıya, hesabınız ~ kısıtla*, hesabınız ~ kapat*, hesabınız ~ bloke*, hesabınız ~ kilit*
hesabınız ~ devre dışı, hesabınız ~ donduruldu, kartınız ~ bloke*, kartınız ~ kapat*, kartınız ~ askıya
erişiminiz ~ kısıtla*, erişiminiz ~ engelle*, şüpheli ~ işlem*, şüpheli ~ etkinlik*, şüpheli ~ hareket*
olağandışı ~ etkinlik*, yetkisiz ~ erişim*, yetkisiz ~ işlem*, ödemeniz ~ reddedildi, ödemeniz ~ başarısız
vergi iadesi
| bilgilerinizi ~ güncelle*, bilgilerinizi ~ doğrula*, bilgilerinizi ~ onayla*, hesabınızı ~ doğrula*
hesabınızı ~ onayla*, hesabınızı ~ güncelle*, kimliğinizi ~ doğrula*, kimliğinizi ~ onayla*, hesabınızı ~ aktif*
hesabınızı ~ aç*, yeniden ~ etkinleştir*, blokeyi ~ kaldır*, kısıtlamayı ~ kaldır*, erişimi ~ geri
kalıcı olarak ~ kapat*, kalıcı olarak ~ sil*, 24 saat içinde, 48 saat içinde, aksi takdirde
parcel: kargonuz ~ bekle*, kargonuz ~ teslim edilemedi, kargonuz ~ askıya, kargonuz ~ gümrük*, paketiniz ~ bekle*
paketiniz ~ teslim edilemedi, paketiniz ~ askıya, paketiniz ~ gümrük*, gönderiniz ~ bekle*
gönderiniz ~ teslim edilemedi, gönderiniz ~ gümrük*, teslimat ~ başarısız, eksik adres, adres ~ eksik
| gümrük ücreti*, gümrük vergisi*, gümrük bedeli*, kargo ücreti*, teslimat ücreti*, ücreti ~ ödey*, ücretini ~ ödey*
ödeme ~ yapın, ödemeyi ~ onayla*, adresinizi ~ güncelle*, adresinizi ~ onayla*, teslimatı ~ onayla*, yeniden teslimat
göndericiye ~ iade, iade edilecek*
`
