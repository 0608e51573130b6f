/** Light, dark, or as the system says; remembered in the browser. */

/** What a person may choose. */
export type Theme = 'system' | 'light' | 'dark'

const NAME = 'postern-theme'

/** The theme that was chosen before. */
export function savedTheme(): Theme {
  const saved = read(NAME)
  return saved === 'light' || saved === 'dark' ? saved : 'system'
}

/** Shows the page in a theme and remembers it. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  write(NAME, theme)
}

/** A browser may forbid storage. */
export function read(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a choice in the browser; where that is forbidden, until the page is closed. */
export function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // The choice holds until the page is closed.
  }
}
