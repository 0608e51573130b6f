/**
 * Whether a script of a form does no more than forms do: it adds up, checks, formats and shows fields. Forms of tax
 * offices have hundreds of such scripts. Everything that a script names must be known; what is not known may do more.
 */

import { setImmediate } from 'node:timers/promises'

const MAX_SCRIPT = 65_536

/** Acrobat's own functions for the fields of forms: `AFSimple_Calculate`, `AFNumber_Format` … */
const FORM_FUNCTION = /^AF[A-Z][A-Za-z]{2,20}(?:_[A-Za-z]{2,20})?$/

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const GLOBALS: ReadonlySet<string> = new Set(
  words(`
    break case catch const continue default delete do else false finally for function if in instanceof let new null
    return switch this throw true try typeof undefined var void while NaN Infinity
    event app util color display font border Math Number String Boolean Date Array RegExp parseInt parseFloat isNaN isFinite
    getField resetForm calculateNow print numPages pageNum`),
)

const MEMBERS: ReadonlySet<string> = new Set(
  words(`
    value valueAsString name length indexOf lastIndexOf charAt charCodeAt substring substr slice split join replace test
    match exec toFixed toString toUpperCase toLowerCase trim concat push reverse floor round ceil abs pow max min
    sqrt PI getDate getDay getMonth getFullYear getYear getTime getHours getMinutes getSeconds setDate setMonth
    setFullYear setTime setHours rc change changeEx willCommit target targetName source type selStart selEnd commitKey
    display visible hidden noView noPrint readonly required fillColor textColor textSize strokeColor borderColor
    lineWidth transparent black white red green blue cyan magenta yellow gray ltGray dkGray currentValueIndices
    getItemAt numItems setItems clearItems insertItemAt deleteItemAt exportValues isBoxChecked checkThisBox
    getArray calculate calculateNow delay dirty getField resetForm print printd printf scand alert beep setFocus
    buttonSetCaption numFields getNthFieldName numPages pageNum viewerVersion viewerType viewerVariation cMsg cTitle
    nIcon nType bUI bSilent bShrinkToFit nStart nEnd interactive full silent shift modifier keyDown`),
)

/** Names of what Acrobat offers beyond forms: a script that gives them another meaning is not read further. */
const POWERS =
  /^(?:eval|Function|Collab|SOAP|ADBC|Net|RSS|media|identity|security|doc|(?:un)?escape|(?:submit|mail|export|import|get|goto|open|create|save|launch|exec|add|set|new|remove|extract|insert|replace|trusted|begin|end)[A-Z]\w*)$/

/** Whether each of the scripts of a form is harmless. They may call each other's functions. */
export async function areFormScripts(codes: readonly (string | undefined)[]): Promise<readonly boolean[]> {
  const scripts: (FormScript | undefined)[] = []
  let slice = 0
  for (const code of codes) {
    const tokens = code === undefined || code.length > MAX_SCRIPT ? undefined : tokensOf(code)
    scripts.push(tokens && new FormScript(tokens))
    slice += code?.length ?? 0
    if (slice < MAX_SCRIPT) continue
    await setImmediate()
    slice = 0
  }
  const shared = new Set(scripts.flatMap(script => [...(script?.functions ?? [])]))
  return scripts.map(script => script?.isHarmless(shared) === true)
}

class FormScript {
  private readonly tokens: readonly string[]
  /** The variables and functions of the script. */
  private readonly own = new Set<string>()
  readonly functions = new Set<string>()
  private readonly arrays = new Set<string>()

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
    for (const [index, token] of tokens.entries()) this.collect(token, index)
  }

  /** @param shared functions of other scripts of the document */
  isHarmless(shared: ReadonlySet<string>): boolean {
    return this.tokens.every((token, index) => this.isHarmlessToken(token, index, shared))
  }

  private collect(token: string, index: number): void {
    const { tokens, own } = this
    if (token === 'function') for (const parameter of parametersOf(tokens, index)) own.add(parameter)
    const before = tokens[index - 1] ?? ''
    const isAssigned = tokens[index + 1] === '=' && tokens[index + 2] !== '='
    if (before === '.' || !isWord(token) || (!isAssigned && !DECLARES.has(before))) return
    own.add(token)
    const value = isAssigned ? tokens.slice(index + 2, index + 16) : []
    if (before === 'function' || value[0] === 'function') this.functions.add(token)
    if (value[0] === '[' || value[1] === 'Array' || value.some(word => ARRAY_MAKERS.has(word))) this.arrays.add(token)
  }

  private isHarmlessToken(token: string, index: number, shared: ReadonlySet<string>): boolean {
    const { tokens, own, functions, arrays } = this
    const [before = '', after = ''] = [tokens[index - 1], tokens[index + 1]]
    // What is called has a name that is known, and what is indexed is an array.
    if (token === '(')
      return !CLOSES.has(before) && (!own.has(before) || functions.has(before) || tokens[index - 2] === '.')
    if (token === '[') return !CLOSES.has(before) && (!isWord(before) || arrays.has(before) || before === 'return')
    if (!isWord(token)) return true
    if (before === '.') return MEMBERS.has(token) && (token !== 'replace' || replacesByText(tokens, index))
    if (OBJECTS.has(token)) return after === '.'
    // `{cMsg: …}`: the names of arguments.
    if (after === ':' && /^[bcno][A-Z]/.test(token)) return MEMBERS.has(token)
    return (
      GLOBALS.has(token) || FORM_FUNCTION.test(token) || ((own.has(token) || shared.has(token)) && !POWERS.test(token))
    )
  }
}

const DECLARES: ReadonlySet<string> = new Set(['var', 'let', 'const', 'function'])
const ARRAY_MAKERS: ReadonlySet<string> = new Set(['split', 'match', 'exec', 'getArray'])
const CLOSES: ReadonlySet<string> = new Set([']', ')', '""'])
const OBJECTS: ReadonlySet<string> = new Set(['this', 'event', 'app', 'util', 'color'])

/** The second argument of `replace` could be a function, which it calls. */
function replacesByText(tokens: readonly string[], index: number): boolean {
  const comma = tokens.indexOf(',', index)
  return comma > 0 && comma < index + 24 && tokens[comma + 1] === '""'
}

const isWord = (token: string): boolean => /^[A-Za-z_$]/.test(token)

function parametersOf(tokens: readonly string[], index: number): readonly string[] {
  const open = tokens[index + 1] === '(' ? index + 1 : index + 2
  const found: string[] = []
  for (let at = open + 1; at < open + 40 && tokens[at] !== ')' && at < tokens.length; at += 1) {
    const token = tokens[at] ?? ''
    if (isWord(token)) found.push(token)
  }
  return found
}

/** Words and signs; texts are `""`, and numbers, regular expressions and comments are left out. */
const TOKEN =
  /\s+|\/\/[^\r\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/|"(?:[^"\\\r\n]|\\[\s\S])*"|'(?:[^'\\\r\n]|\\[\s\S])*'|[A-Za-z_$][\w$]*|\d[\dA-Fa-fxX.]*|\.\d+|[^\s]/y

/** Undefined where it is no ordinary script. */
function tokensOf(code: string): readonly string[] | undefined {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < code.length) {
    const at = TOKEN.lastIndex
    const last = tokens.at(-1) ?? ''
    if (code[at] === '/' && !/^[/*]/.test(code.slice(at + 1, at + 2)) && OPERAND.test(last)) {
      const end = regularExpressionEnd(code, at + 1)
      if (end < 0) return undefined
      TOKEN.lastIndex = end
      tokens.push('0')
      continue
    }
    const token = TOKEN.exec(code)?.[0]
    if (token === undefined) return undefined
    const first = token[0] ?? ''
    if (/\s/.test(first) || (first === '/' && token.length > 1)) continue
    if (first === '"' || first === "'") {
      if (token.length < 2) return undefined
      tokens.push('""')
    } else if (first === '`' || first === '\\' || first > '~') return undefined
    else tokens.push(/^\.?\d/.test(token) ? '0' : token)
  }
  return tokens
}

/** What an operand follows. */
const OPERAND = /^(?:|[(,=:[!&|?{};+*%<>~-]|return)$/

function regularExpressionEnd(code: string, from: number): number {
  let isSet = false
  for (let at = from; at < code.length && at < from + 512; at += 1) {
    const character = code[at]
    if (character === '\n' || character === '\r') return -1
    if (character === '\\') at += 1
    else if (character === '[') isSet = true
    else if (character === ']') isSet = false
    else if (character === '/' && !isSet) return at + 1
  }
  return -1
}
