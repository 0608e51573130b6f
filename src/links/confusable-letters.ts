/**
 * Letters that look like ASCII letters and digits. Source: the confusables of Unicode Technical Standard 39, version
 * 10.0.0, without what compatibility decomposition maps already, without scripts in which single letters look like
 * strokes (Arabic, Hebrew, Indic), and with letters that mail uses in the place of others: small capitals, IPA, and
 * the small letters of Cyrillic and Greek.
 */

/** Lines of `ascii letters`. The case of the letters counts: `Η` looks like H, and `η` like n. */
export const CONFUSABLE_LETTERS = `
2 ƧƨƻϨϩᒿꙄꙅꝚꝛ
3 ƷȜȝɜʒЗзҘҙӠӡⳌⳍꝪꝫꞫ
4 ЧчҶҷᏎꮞ
5 Ƽ
6 бᏮⳒⳓꮾ
8 Ȣȣ
9 ⳊⳋꝮꝯ
a ɐɑΑαАаᎪᗅᴀⱭⱯꓮꭺΛᴧ
b ƀƁƂƃƄƅɃɓʙΒβϐБВЬвьѢѣҌҍᏏᏴᏼᖯᗷᴃꓐꞴꞵꮟ
c ƇƈȻȼɕςϲСсҪҫᥴᏟᴄⲤⲥꓚꮯ
d ÐðĐđƉƊƋƌɖɗԀԁԺժᎠᏧᑯᗞᗪᴅꓒꓓꭰꮷ
e ƏƐɆɇɘəɛΕεЄЕеєҼҽҾҿᎬᴇⴹꓰꬲꭼ
f ƑƒϜՔքᖴᵮẝꓝꜰꞘꞙꬵ
g ƍƓǤǥɠɡɢԌԍՑցᏀᏳᏻᶃꓖꞬꮐ
h ĦħɦʜΗЋНнћҢңҤҥҺһӇӈӉӊՀհᎻᏂᏲᏺᕼⱧⱨⲎⲏꓧꚔꚕꞪꮋꮒ
i ıɨɩɪιіᎥᵻᵼꙆꙇꞮꭵ
j ȷɈɉʝͿϳЈјՅյᎫᒍᴊꓙꞲꭻ
k ĸƘƙΚκКкҚқҞҟҠҡӃӄᏦᛕᴋⱩⱪⲔⲕꓗꝀꝁꮶ
l ŀŁłƖƗƚǀȽɫɭʅʟΙІӀӏᏞᒪᛁⱢⲒⲓⳐⳑⵏꓡꓲꮮ
m ɱʍΜϺϻМмӍӎᎷᗰᛖᴍⱮⲘⲙꓟꮇ
n ŊŋƝƞȠɲɳɴΝηПпՂՈՌղոռᵰⲚⲛꓠ
o ØøƆƟɔɵΘΟθοσОоѲѳӨөՕօჿᎤᎾᏫᲿᴏᴑⲞⲟⴱⵁⵔꓳꝊꝋꬽꬾꭴꮎꮻ
p ƤƥƿǷΡρРрҎҏԹթᏢᑭᴘᵽⱣⲢⲣꓑꮲ
q ʠԚԛԳԶգզⵕꞯ
r ƦɌɍɹɼɽɾʀГгҒғᎡᎱᏒᖇᴦᵲⱤⲄⲅꓣꭇꭈꭱꮁꮢ
s ƽʂЅѕՏտᏕᏚᵴꓢꜱꟅꮥꮪ
t ţŦŧƬƭƮȾʈΤτТтҬҭᎢᴛᵵⱦⲦⲧꓔꭲ
u ƲɄʉʋυЦцՍսᏌᑌᴜᵾꓴꞞꞟꭎꭒꮜ
v νѴѵᏙᐯᴠⴸꓦꮩ
w ƜɯωШшѠѡѼѽԜԝԱաᎳᏔᴡꓪꝠꝡꮃꮤ
x ΧχЖХжхҲҳᕁᕽᚷⲬⲭⵝꓫꞳꭓ
y ƔƳƴɎɏɣʎʏΥγУуҮүҰұყᎩᎽᲧᶌỾỿⲨⲩꓬꭚꭹꮍ
z ƵƶȤȥʐʑΖᏃᴢᵶꓜꮓ
aa Ꜳꜳ
ae ÆæӔӕ
ao Ꜵꜵ
au Ꜷꜷ
av ꜸꜹꜺꜻ
ay Ꜽꜽ
dz ʣ
ll ǁ
ls ʪ
lz ʫ
oe Œœ
oo ꚘꚙꝎꝏ
rn ᵯ
ss ß
tf ꝷ
ts ʦ
- ‐‑–ー
`
