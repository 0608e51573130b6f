import { expect, test } from 'vitest'
import { language, languageOf } from '../../src/facts/language.ts'
import { message } from '../../src/testing/message.ts'
import { ask } from '../../src/testing/probe.ts'

test.for<[string | undefined, string, string]>([
  ['en', 'Latin', 'The report is here and you will find that it was not for you.'],
  ['de', 'Latin', 'Die Rechnung ist nicht für Sie, und wir werden das mit dem Kunden besprechen.'],
  ['fr', 'Latin', 'Vous avez une facture pour les services que nous avons livrés avec votre commande.'],
  ['pt', 'Latin', 'Você não está com os seus dados em dia, mais uma vez por favor.'],
  ['ru', 'Cyrillic', 'Это для вас и ваш заказ на сайте, как вы и хотели.'],
  ['zh', 'Han', '您的账户已经被冻结，请立即登录进行验证。'],
  ['ja', 'Han', 'お支払い方法の更新確認手続完了登録変更情報通知'],
  ['ko', 'Hangul', '안녕하세요 고객님 계정을 확인해 주세요'],
  [undefined, 'Latin', 'Xyzzy plugh'],
])('%s is recognised in %s', ([expected, script, text]) => {
  const found = languageOf(text)
  expect(found.language).toBe(expected)
  expect(found.scripts.map(({ script }) => script)).toContain(script)
})

test('the shares of scripts are of letters alone', () => {
  expect(languageOf('abcdef 123 456 -- где')).toMatchObject({
    letters: 9,
    scripts: [
      { script: 'Latin', share: 0.67 },
      { script: 'Cyrillic', share: 0.33 },
    ],
  })
  expect(languageOf('12 34')).toEqual({ letters: 0, scripts: [] })
})

test('it is of the visible text', async () => {
  const html =
    '<p>The report is here and you will find it.</p><div style="display:none">и в не на что вы для это как ваш</div>'
  expect(await ask(language, { message: message({ html }) })).toMatchObject({ language: 'en' })
})
