/** What the fields of a form ask for. */

/** Passwords and numbers of cards, as names, ids and placeholders of fields call them. */
const SECRET =
  /pass[\s_-]?(?:word|wd|wort|code|phrase|key)?\b|passw|\bpwd?\b|kennwort|contrase|\bsenha\b|mot[\s_-]de[\s_-]passe|parola|has[łl]o|heslo|jelsz|salasana|l[öo]senord|adgangskode|wachtwoord|şifre|sifre|парол|contraseña|סיסמ|كلمة.{0,3}(?:المرور|السر)|密[码碼]|パスワード|비밀번호|รหัสผ่าน|m[ậa]t kh[ẩa]u|kata sandi|\bcvv2?\b|\bcvc\b|card[\s_-]?(?:number|no|num)|cc[\s_-]?(?:num|number|csc|exp)|kreditkarte|carte[\s_-]bancaire|\botp\b|\bpin\b|\bssn\b|\btan\b/i

const NOT_TEXT: ReadonlySet<string> = new Set(
  'hidden submit button image reset checkbox radio file color range search date time month week datetime-local'.split(
    ' ',
  ),
)

/** `secret`: a password or a card. `text`: what a person types otherwise. */
export type Asked = 'secret' | 'text'

/** What an `input` or a `textarea` asks a person for; undefined for buttons, boxes and searches. */
export function askedBy(element: string, attributes: ReadonlyMap<string, string>): Asked | undefined {
  const type = element === 'textarea' ? 'text' : (attributes.get('type')?.trim().toLowerCase() ?? 'text')
  if (type === 'password') return 'secret'
  if (NOT_TEXT.has(type) || attributes.has('readonly') || attributes.has('disabled')) return undefined
  if (/text-security/i.test(attributes.get('style')?.slice(0, 1024) ?? '')) return 'secret'
  const names = ['name', 'id', 'placeholder', 'aria-label', 'title', 'autocomplete']
    .map(name => attributes.get(name)?.slice(0, 100) ?? '')
    .join('\n')
  if (SECRET.test(names)) return 'secret'
  return /^(?:q|query|search|s|filter)$/im.test(names) || /search|suche|recherche/i.test(names) ? undefined : 'text'
}
