/** The kinds of fraud in each language: hostile texts that are found, and honest ones of the same matter. */
import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { KINDS, type KindList, kindLists } from '../../../../src/filters/content/wording/kinds.ts'
import { type WordingRule, wording, wordingRules } from '../../../../src/filters/content/wording/wording.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'

interface Texts {
  readonly hostile: Readonly<Partial<Record<WordingRule, string>>>
  readonly honest: readonly string[]
}

const texts: Readonly<Record<string, Texts>> = {
  en: {
    hostile: {
      'wording/account-threat': 'Your card has been suspended. Please verify your identity within 24 hours.',
      'wording/parcel-fee': 'The parcel could not be delivered: pay the redelivery fee of 1.45.',
      'wording/loan': 'Need a loan? Business loans and personal loans at 2% interest, bad credit welcome.',
      'wording/survey': 'Answer our quick survey now and receive an exclusive reward: a free iPhone.',
    },
    honest: [
      'Somebody asked for a new password. If it was you, choose one here; if not, ignore this message.',
      'Your package is waiting at the shop until Thursday. Scan the code at the counter to collect it.',
      'We noticed a new sign-in to your account from a new device. If this was you, no action is required.',
    ],
  },
  de: {
    hostile: {
      'wording/extortion':
        'Ich habe Ihr Gerät gehackt und Schadsoftware installiert. Über Ihre Webcam habe ich ein Video aufgenommen. Überweisen Sie 900 Euro in Bitcoin, sonst schicke ich das Video an alle Ihre Kontakte: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
      'wording/parcel-fee': 'Ihr Paket wird beim Zoll angehalten. Bitte zahlen Sie die Zollgebühr von 1,99 €.',
      'wording/mailbox-threat': 'Ihr Postfach ist fast voll. Klicken Sie hier, um Ihr Postfach zu bestätigen.',
    },
    honest: [
      'Sie haben ein neues Kennwort angefordert. Wenn Sie das nicht waren, müssen Sie nichts tun.',
      'Ihr Paket liegt in der Filiale bereit. Der Abholcode lautet 4711, bitte bringen Sie einen Ausweis mit.',
      'Wie besprochen: Das Darlehen läuft zwanzig Jahre, der Zinssatz ist für zehn Jahre fest.',
    ],
  },
  fr: {
    hostile: {
      'wording/account-threat': 'Votre compte a été suspendu. Veuillez vérifier votre identité sous 24 heures.',
      'wording/parcel-fee': 'Votre colis est en attente au dépôt : réglez les frais de livraison de 1,95 €.',
      'wording/loan': 'Offre de prêt entre particuliers à un taux de 2 %, sans garantie, réponse immédiate.',
    },
    honest: [
      'Vous avez demandé un nouveau mot de passe. Si ce n’est pas vous, ignorez ce message.',
      'Votre colis est arrivé au relais. Présentez le code 4711 avant jeudi pour le retirer.',
    ],
  },
  es: {
    hostile: {
      'wording/account-threat': 'Su cuenta ha sido bloqueada. Verifique su identidad antes de 24 horas.',
      'wording/advance-fee':
        'Me llamo Rosa. Mi difunto esposo dejó la suma de nueve millones de dólares. Necesito su ayuda: póngase en contacto conmigo para más detalles.',
    },
    honest: [
      '¿Ha pedido una contraseña nueva? Si no ha sido usted, no haga nada.',
      'Su paquete está en la tienda hasta el jueves. Enseñe el código 4711 para recogerlo.',
    ],
  },
  pt: {
    hostile: {
      'wording/casino': 'Cassino online: rodadas grátis e 250% de bônus no primeiro depósito. Jogue agora!',
      'wording/account-threat': 'Sua conta foi bloqueada temporariamente. Atualize seus dados para desbloquear.',
    },
    honest: [
      'Recebemos um pedido de nova senha. Se não foi você, ignore esta mensagem.',
      'A pré-aprovação do crédito habitação depende do banco; falamos na terça-feira sobre a taxa.',
    ],
  },
  it: {
    hostile: {
      'wording/parcel-fee': 'Il pacco è in attesa: per la consegna paga le spese doganali di 2 €.',
      'wording/prize': 'Congratulazioni, sei stato selezionato! Ritira il premio prima che scada.',
    },
    honest: [
      'Hai richiesto una nuova password. Se non sei stato tu, ignora questo messaggio.',
      'Il tuo pacco è pronto al punto di ritiro. Mostra il codice 4711 entro giovedì.',
    ],
  },
  nl: {
    hostile: {
      'wording/account-threat': 'Uw bankpas is geblokkeerd. Bevestig uw gegevens binnen 24 uur.',
      'wording/dating': 'Eenzame vrouwen in de buurt zoeken een sexdate: gratis aanmelden.',
    },
    honest: [
      'U heeft een nieuw wachtwoord aangevraagd. Was u dat niet? Dan hoeft u niets te doen.',
      'Uw pakket ligt klaar bij het afhaalpunt. Laat code 4711 zien.',
    ],
  },
  pl: {
    hostile: {
      'wording/parcel-fee': 'Twoja paczka została wstrzymana. Dopłać 2,49 zł, aby potwierdzić dostawę.',
      'wording/loan': 'Szybka pożyczka bez BIK i bez zaświadczeń, złóż wniosek teraz.',
    },
    honest: [
      'Otrzymaliśmy prośbę o zmianę hasła. Jeśli to nie Ty, zignoruj tę wiadomość.',
      'Paczka czeka w paczkomacie do czwartku. Kod odbioru: 471123.',
    ],
  },
  cs: {
    hostile: {
      'wording/account-threat': 'Váš účet byl zablokován. Ověřte své údaje do 24 hodin.',
      'wording/mailbox-threat': 'Vaše schránka je téměř plná, klikněte zde a ověřte svůj účet.',
    },
    honest: [
      'Požádali jste o nové heslo. Pokud ne, zprávu ignorujte.',
      'Balík je na výdejně. Kód pro vyzvednutí je 4711.',
    ],
  },
  hu: {
    hostile: {
      'wording/account-threat': 'Fiókját felfüggesztettük. Erősítse meg az adatait 24 órán belül.',
      'wording/parcel-fee': 'A csomagja a vámon vár. Fizesse ki a vámdíjat.',
    },
    honest: [
      'Új jelszót kért. Ha nem Ön volt, hagyja figyelmen kívül ezt a levelet.',
      'Csomagja átvehető, a kód 4711.',
    ],
  },
  ro: {
    hostile: {
      'wording/account-threat': 'Contul dvs. a fost suspendat. Confirmați datele în 24 de ore.',
      'wording/parcel-fee': 'Coletul este reținut la depozit. Plătiți taxele vamale de 9 lei.',
    },
    honest: [
      'Ați cerut o parolă nouă. Dacă nu, ignorați mesajul.',
      'Coletul vă așteaptă la magazin, codul de ridicare este 4711.',
    ],
  },
  sv: {
    hostile: {
      'wording/account-threat': 'Ditt konto har spärrats. Bekräfta dina uppgifter inom 24 timmar.',
      'wording/casino': 'Nytt casino: gratissnurr och välkomstbonus, spela nu!',
    },
    honest: [
      'Du har begärt ett nytt lösenord. Var det inte du? Gör ingenting.',
      'Ditt paket finns att hämta. Visa koden 4711.',
    ],
  },
  tr: {
    hostile: {
      'wording/account-threat': 'Hesabınız askıya alındı. 24 saat içinde bilgilerinizi güncelleyin.',
      'wording/casino': 'Canlı bahis ve slot oyunları: hoş geldin bonusu, hemen oyna!',
    },
    honest: ['Yeni bir parola istediniz. Siz değilseniz bu iletiyi yok sayın.', 'Kargonuz şubede, teslim kodu 4711.'],
  },
  vi: {
    hostile: {
      'wording/account-threat': 'Tài khoản của bạn đã bị khóa. Hãy xác minh thông tin trong vòng 24 giờ.',
      'wording/casino': 'Nhà cái uy tín: nổ hũ, nạp lần đầu tặng 100%, chơi ngay!',
    },
    honest: [
      'Bạn vừa yêu cầu mật khẩu mới. Nếu không phải bạn, hãy bỏ qua thư này.',
      'Kiện hàng ở bưu cục, mã nhận hàng là 4711.',
    ],
  },
  id: {
    hostile: {
      'wording/account-threat': 'Akun Anda telah ditangguhkan. Verifikasi identitas Anda dalam 24 jam.',
      'wording/loan': 'Pinjaman online tanpa agunan, bunga rendah, langsung cair.',
    },
    honest: [
      'Anda meminta kata sandi baru. Jika bukan Anda, abaikan pesan ini.',
      'Paket Anda di toko, kode pengambilan 4711.',
    ],
  },
  el: {
    hostile: {
      'wording/account-threat': 'Ο λογαριασμός σας έχει ανασταλεί. Επαληθεύστε τα στοιχεία σας εντός 24 ωρών.',
      'wording/parcel-fee': 'Το δέμα σας είναι σε αναμονή. Πληρώστε τα τέλη παράδοσης.',
    },
    honest: [
      'Ζητήσατε νέο κωδικό. Αν δεν ήσασταν εσείς, αγνοήστε το μήνυμα.',
      'Το δέμα σας είναι στο κατάστημα, κωδικός 4711.',
    ],
  },
  ru: {
    hostile: {
      'wording/account-threat': 'Ваша учётная запись заблокирована. Подтвердите свои данные в течение 24 часов.',
      'wording/extortion':
        'Я взломал ваше устройство и установил вредоносную программу. Я записал вас через вашу веб-камеру. Переведите 900 долларов в биткоинах, иначе я отправлю видео вашим друзьям: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
    },
    honest: [
      'Вы запросили новый пароль. Если это были не вы, ничего не делайте.',
      'Посылка в пункте выдачи, код получения 4711.',
    ],
  },
  uk: {
    hostile: {
      'wording/account-threat': 'Ваш обліковий запис заблоковано. Підтвердьте свої дані протягом 24 годин.',
      'wording/parcel-fee': 'Вашу посилку затримано на митниці: посилка очікує, сплатіть митний збір.',
    },
    honest: [
      'Ви просили новий пароль. Якщо це були не ви, нічого не робіть.',
      'Посилка у відділенні, код отримання 4711.',
    ],
  },
  ar: {
    hostile: {
      'wording/account-threat': 'تم تعليق حسابك. يرجى تأكيد هويتك خلال 24 ساعة.',
      'wording/parcel-fee': 'تعذر تسليم شحنتك. يرجى دفع رسوم التوصيل.',
    },
    honest: [
      'طلبت كلمة مرور جديدة. إذا لم تكن أنت فتجاهل هذه الرسالة.',
      'وصلت شحنتك إلى المتجر، ورمز الاستلام هو 4711.',
    ],
  },
  he: {
    hostile: {
      'wording/account-threat': 'החשבון שלך נחסם. יש לאמת את החשבון תוך 24 שעות.',
      'wording/parcel-fee': 'החבילה שלך ממתינה במחסן. יש לשלם דמי מכס.',
    },
    honest: ['ביקשת סיסמה חדשה. אם זה לא היית אתה, התעלם מההודעה.', 'החבילה הגיעה לסניף, קוד האיסוף הוא 4711.'],
  },
  hi: {
    hostile: {
      'wording/account-threat': 'आपका खाता निलंबित कर दिया गया है। 24 घंटे में अपनी जानकारी अपडेट करें।',
      'wording/loan': 'तुरंत लोन, बिना गारंटी और कम ब्याज पर, अभी आवेदन करें।',
    },
    honest: ['आपने नया पासवर्ड मांगा है। अगर आपने नहीं मांगा तो इस संदेश को अनदेखा करें।', 'आपका पार्सल दुकान पर है, कोड 4711 दिखाएं।'],
  },
  th: {
    hostile: {
      'wording/account-threat': 'บัญชีของคุณถูกระงับ กรุณายืนยันตัวตนภายใน 24 ชั่วโมง',
      'wording/casino': 'เว็บพนันอันดับ 1 บาคาร่า สล็อต ฝากครั้งแรกรับโบนัส',
    },
    honest: ['คุณขอรหัสผ่านใหม่ หากไม่ใช่คุณ โปรดเพิกเฉยต่ออีเมลนี้', 'พัสดุของคุณถึงร้านแล้ว รหัสรับพัสดุ 4711'],
  },
  ko: {
    hostile: {
      'wording/account-threat': '귀하의 계정이 정지되었습니다. 24시간 이내에 본인 인증을 완료해 주세요.',
      'wording/parcel-fee': '소포가 세관에 보류 중입니다. 관세를 납부해 주세요.',
    },
    honest: [
      '새 비밀번호를 요청하셨습니다. 본인이 아니라면 이 메일을 무시하세요.',
      '택배가 편의점에 도착했습니다. 수령 코드는 4711입니다.',
    ],
  },
  ja: {
    hostile: {
      'wording/account-threat':
        'お客様のアカウントは異常なログインのため停止されました。24時間以内に本人確認をしてください。',
      'wording/parcel-fee': 'お荷物は税関で保留されています。手数料のお支払いをお願いします。',
    },
    honest: [
      'パスワードの再設定を受け付けました。お心当たりがない場合は破棄してください。',
      'お荷物は店舗に到着しました。受取番号は4711です。',
    ],
  },
  zh: {
    hostile: {
      'wording/account-threat': '您的账户已被冻结，请在24小时内验证您的身份。',
      'wording/parcel-fee': '您的包裹因地址不完整而滯留，請支付運費並更新地址。',
      'wording/casino': '澳门娱乐城：百家乐、老虎机，首存送彩金，秒提款！',
    },
    honest: [
      '您申请了新密码。如果不是您本人操作，请忽略此邮件。',
      '您的快递已到驿站，取件码4711。',
      '會議改到星期四，地址不變。',
    ],
  },
}

const KINDS_OF_ALL = KINDS.slice(0, 11)
const folder = 'src/filters/content/wording/languages'
const rules = Object.keys(wordingRules.rules) as readonly WordingRule[]
const filter = wording({ points: Object.fromEntries(rules.map(rule => [rule, 1])) })

/** The rules that fire on a text with a link. */
async function rulesOf(text: string): Promise<readonly string[]> {
  const found = await probe(filter, {
    reversePath: 'alice@example.org',
    forwardPaths: ['bob@example.net'],
    message: message({ text: `${text}\n\nhttps://app.example.org/\n` }),
  })
  return found.map(({ rule = '' }) => rule)
}

test('every file of phrases has its texts here', () => {
  expect(readdirSync(folder).toSorted()).toEqual(
    Object.keys(texts)
      .map(language => `${language}.ts`)
      .toSorted(),
  )
})

test.for(Object.keys(texts))('%s has several claims and requests of each kind', async language => {
  const { [language]: phrases } = (await import(pathToFileURL(`${folder}/${language}.ts`).href)) as Record<
    string,
    string
  >
  const lists = kindLists(phrases ?? '')
  const few = KINDS_OF_ALL.flatMap((kind): readonly KindList[] => [`${kind}/claim`, `${kind}/request`]).filter(
    list => (lists[list] ?? '').split(/[,\n]/).filter(phrase => phrase.trim() !== '').length < 5,
  )
  expect(few).toEqual([])
})

test.for(
  Object.entries(texts).flatMap(([language, { hostile }]) =>
    Object.entries(hostile).map(([rule, text]) => [language, rule, text] as const),
  ),
)('%s: %s is found', async ([, rule, text]) => {
  expect(await rulesOf(text)).toContain(rule)
})

test.for(Object.entries(texts).flatMap(([language, { honest }]) => honest.map(text => [language, text] as const)))(
  '%s: an honest text is spared: %s',
  async ([, text]) => {
    expect(await rulesOf(text)).toEqual([])
  },
)
