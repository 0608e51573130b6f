/** Says which commands of a document do not exist: `postern …` with its options, `npm run …`, `node FILE`. */
import { existsSync, readFileSync } from 'node:fs'
import { main } from '../../src/cli/main.ts'

const manifest: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
)

/** The help of each command. */
const helps = new Map<string, string>()

async function helpOf(...words: readonly string[]): Promise<string> {
  const key = words.join(' ')
  const known = helps.get(key)
  if (known !== undefined) return known
  const lines: string[] = []
  await main([...words, '--help'], { out: line => lines.push(line), error: line => lines.push(line) })
  helps.set(key, lines.join('\n'))
  return lines.join('\n')
}

/** @returns a sentence for each command that does not exist */
export async function wrongCommands(script: string): Promise<readonly string[]> {
  const lines = script.replace(/\\\n\s*/g, ' ').split('\n')
  const commands = lines.flatMap(line => line.replace(/(^|\s)#.*$/, '').split(/&&|\|\|?|;|\$\(/))
  return (await Promise.all(commands.map(command => wrongCommand(command)))).flat()
}

async function wrongCommand(command: string): Promise<readonly string[]> {
  const words = command
    .replace(/^\s*(?:\$ )?(?:\w+=\S* +)*/, '')
    .replace(/^(?:(?:sudo(?: -u \S+)?|npx|exec|env(?: \w+=\S+)*) +)*/, '')
    .split(/\s+/)
    .filter(word => word !== '')
  const [program = '', ...others] = words
  if (/^(?:.*\/)?postern$/.test(program)) return wrongPostern(others)
  if (program === 'npm') return wrongNpm(others)
  const file = others.find(word => !word.startsWith('-')) ?? ''
  const isOurs = /^(?:examples|scripts|bench|test|src|docs|deploy)\//.test(file)
  return program === 'node' && isOurs && !existsSync(file) ? [`node ${file}: there is no such file`] : []
}

async function wrongPostern(words: readonly string[]): Promise<readonly string[]> {
  const [name = ''] = words
  const usage = await helpOf()
  if (name === '' || (name.startsWith('-') && usage.includes(name))) return []
  if (!new RegExp(`^(?:usage:)? *postern ${name}\\b`, 'm').test(usage)) return [`postern ${name}: no such command`]
  const lines = usage.split('\n').filter(line => line.includes(`postern ${name}`))
  const help = `${lines.join('\n')}\n${name === 'replay' ? usage : await helpOf(name)}`
  const actions = Array.from(help.matchAll(new RegExp(`postern ${name} ([a-z|]+)(?= |$)`, 'gm')), ([, found = '']) =>
    found.split('|'),
  ).flat()
  const [, action = ''] = words
  const isUnknown = actions.length > 0 && /^[a-z]/.test(action) && !actions.includes(action)
  const options = words.filter(word => /^--\w/.test(word)).map(word => word.replace(/[=,.)].*$/, ''))
  return [
    ...(isUnknown ? [`postern ${name} ${action}: no such action`] : []),
    ...options
      .filter(option => option !== '--help' && !new RegExp(`${option}(?![\\w-])`).test(help))
      .map(option => `postern ${name} ${option}: no such option`),
  ]
}

async function wrongNpm([command = '', ...others]: readonly string[]): Promise<readonly string[]> {
  const isScript = command === 'run' || command === 'run-script'
  const name = isScript ? (others[0] ?? '') : command
  if (isScript && !Object.hasOwn(manifest.scripts, name)) return [`npm run ${name}: package.json has no such script`]
  return name === 'start' && others.includes('--')
    ? wrongPostern(['serve', ...others.slice(others.indexOf('--') + 1)])
    : []
}
