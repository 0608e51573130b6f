/** The texts of the status page, by language. */
/** `unknown`: it cannot be found out now. */
export type MailState = 'normal' | 'delayed' | 'unknown'

/** The languages that the status page has. */
export type StatusLanguage = 'en' | 'zh-CN'

type Texts = Readonly<Record<MailState, { readonly title: string; readonly text: string }>>

export const STATUS_TEXTS: Readonly<Record<StatusLanguage, Texts>> = {
  en: {
    normal: { title: 'Mail arrives as usual', text: 'No delay is known.' },
    delayed: {
      title: 'Mail arrives late',
      text:
        'Some mail is delayed. Nothing is lost: the servers of the senders try again by themselves. ' +
        'Neither you nor the senders have to do anything.',
    },
    unknown: {
      title: 'The state of mail is not known',
      text: 'It cannot be found out at this moment. Please look again in some minutes.',
    },
  },
  'zh-CN': {
    normal: { title: '邮件收取正常', text: '目前没有已知的延迟。' },
    delayed: {
      title: '邮件收取延迟',
      text: '部分邮件会晚到。邮件不会丢失：发件方的服务器会自动重试。您和发件人都无需采取任何操作。',
    },
    unknown: { title: '邮件状态未知', text: '目前无法得知邮件状态，请过几分钟再查看。' },
  },
}
