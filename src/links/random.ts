/** Recognizes names that programs generate. */

/** Pairs of letters that are frequent in the names that people choose. */
const PAIRS: ReadonlySet<string> = new Set(
  (
    'ab ac ad ag ai ak al am an ap ar as at av ay ba be bi bl bo br bu ca ce ch ci ck cl co cr ct cu da de di do dr ea ec ed ee ef eg el ' +
    'em en ep er es et ev ew ex ey fa fe fi fl fo fr ga ge gh gi gl go gr ha he hi ho hu ic id ie if ig ik il im in io ip ir is it iv ' +
    'jo ju ka ke ki la ld le li ll lo ls lt lu ly ma me mi mo ms mu na nc nd ne ng ni nk no ns nt ob oc od of og ok ol om on oo op or os ot ' +
    'ou ov ow pa pe ph pi pl po pr ps pu qu ra rc rd re ri rk rm rn ro rs rt ru ry sa sc se sh si sk sl sm so sp ss st su sw sy ta te th ' +
    'ti to tr ts tt tu tw ty ub ud ue ug ui ul um un up ur us ut va ve vi vo wa we wh wi wo xt ye yo za ze zo'
  ).split(' '),
)

/** Tells whether a name looks random: it alternates letters and digits, or most of its pairs of letters are rare. */
export function isRandom(label: string): boolean {
  if (label.length < 7 || label.startsWith('xn--')) return false
  const turns = label.match(/[a-z]\d|\d[a-z]/g)?.length ?? 0
  if (turns >= 4) return true
  const letters = label.replace(/[^a-z]/g, '').slice(0, 63)
  let usual = 0
  for (let at = 0; at + 1 < letters.length; at += 1) if (PAIRS.has(letters.slice(at, at + 2))) usual += 1
  return letters.length >= 8 && usual < (letters.length - 1) * 0.4
}

/** Letters that open and close syllables in names of any language that is written in Latin letters. */
const CONSONANTS = /[^aeiouy]+/g

/**
 * Tells whether the local part of an address looks random: it alternates letters and digits, or has hardly a vowel, as
 * no name has. Names in transcription (`zhangxiaoxu`) have vowels; addresses with separators are names.
 */
export function isRandomLocalPart(local: string): boolean {
  const text = local.toLowerCase().slice(0, 64)
  if (text.length < 8 || /[.+=_-]/.test(text)) return false
  if ((text.match(/[a-z]\d|\d[a-z]/g)?.length ?? 0) >= 4) return true
  // Letters that are written together for one sound count once: `matchsprint`, `schwarzschild`.
  const letters = text.replace(/[^a-z]/g, '').replace(/sch|tch|ch|ck|gh|ng|ph|sh|th|([b-z])\1/g, 'x')
  const runs = letters.match(CONSONANTS) ?? []
  const consonants = runs.join('').length
  const longest = Math.max(0, ...runs.map(({ length }) => length))
  return letters.length >= 8 && (longest >= 6 || (longest >= 5 && consonants > letters.length * 0.83))
}

/**
 * Tells whether a local part is the display name with random letters after it, as programs make addresses at free mail
 * services: `Orinda Rubison <orindarubisonziyxr@…>`.
 */
export function hasRandomTail(display: string, local: string): boolean {
  const name = display.toLowerCase().replace(/[^a-z]/g, '')
  const text = local.toLowerCase()
  const tail = text.slice(name.length)
  if (name.length < 8 || !text.startsWith(name) || !/^[a-z]{3,16}$/.test(tail)) return false
  let usual = 0
  for (let at = 0; at + 1 < tail.length; at += 1) if (PAIRS.has(tail.slice(at, at + 2))) usual += 1
  return usual <= (tail.length - 1) * 0.5
}
