/** Passwords that Office tries before it asks a person: a document with one of them opens as if it had none. */
const [EXCEL, POWERPOINT] = ['VelvetSweatshop', '/01Hannes Ruescher/01']

/** For workbooks of Excel 97 to 2003, where an attempt costs little. */
export const DEFAULT_PASSWORDS: readonly string[] = [EXCEL, POWERPOINT]

/** Office opens a document with the program of its extension, and each program tries its password alone. */
export function defaultPasswords(name: string): readonly string[] {
  if (/\.(?:p[po][stwa]|sld)[xm]?$/i.test(name)) return [POWERPOINT, EXCEL]
  return /\.(?:xl[a-z]{1,2}|do[ct][xm]?)$/i.test(name) ? [EXCEL] : DEFAULT_PASSWORDS
}
