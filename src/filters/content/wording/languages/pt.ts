/** Portuguese. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const pt = `
casino: cassino*, casino*, rodadas grátis, giros grátis, caça-níqueis, slots, roleta, jackpot*, apostas esportivas
apostas desportivas, casa de apostas, betano, tigrinho
| bônus ~ depósito, bónus ~ depósito, bônus de ~ %, % de bônus, % de bónus, bônus disponíve*, bônus de boas-vindas
resgatar bônus, resgatar bonus, resgate ~ bônus, resgate ~ bonus, reivindicar ~ bônus, ativar ~ bônus, ative ~ bônus
deposite agora, sem depósito, jogue agora, jogar agora, primeiro depósito
prize: você ganhou, voce acaba de ganhar, acaba de ganhar, foi selecionad*, foi escolhid*, foi sortead*
foi contemplad*, ganhou ~ prêmio, ganhador*, sorteio semanal, pontos expiram, pontos ~ expirar, pontos acumulados
pontos ~ vencer, milhas ~ expirar, pontos disponíveis, sua recompensa
| resgatar ~ pontos, resgate ~ pontos, resgate agora, resgatar agora, resgate ~ prêmio, resgatar ~ prêmio
resgate ~ recompensa, receber ~ prêmio, reivindicar ~ prêmio, retirar ~ prêmio, confirme ~ endereço, pague ~ frete
pagar ~ frete, não deixe ~ resgatar, troque ~ pontos, últimas unidades, antes que expire, expira hoje
survey: pesquisa rápida, breve pesquisa, pesquisa de satisfação, responda ~ perguntas, responder ~ perguntas
responda ~ pesquisa, participe ~ pesquisa, programa de fidelidade, sua opinião
| receba ~ prêmio, receber ~ prêmio, receba ~ brinde, ganhe ~ iphone, recompensa exclusiva, vale-presente
cartão-presente, brinde exclusivo, no valor de, totalmente grátis, escolha ~ prêmio
renewal: assinatura ~ expirou, assinatura ~ expirada, assinatura ~ expirar, assinatura ~ suspensa
assinatura ~ vencid*, antivírus ~ expirou, proteção ~ expirou, licença ~ expirou, domínio ~ expirou
domínio ~ expirar, domínio ~ vencer, vírus ~ detectado*, vírus ~ encontrado*, armazenamento ~ cheio, nuvem ~ cheia
fotos ~ excluídas, fotos ~ apagadas, dispositivo ~ infectado
| renove agora, renovar agora, renove ~ assinatura, renovar ~ assinatura, renove ~ hoje, renove ~ desconto
atualize ~ pagamento, atualizar ~ pagamento, evitar ~ perda, evite ~ perda, evite ~ bloqueio, evitar ~ suspensão
em 24 horas, até 24 horas, último aviso, ampliar ~ armazenamento, remover ~ vírus
mailbox: caixa ~ cheia, caixa ~ excedeu, caixa postal ~ limite, cota ~ excedid*, e-mail ~ desativad*
conta de e-mail ~ encerrada, senha ~ expira, senha ~ expirou, senha ~ expirar, senha ~ vencer, mensagens ~ pendentes
mensagens ~ retidas, mensagens não entregues
| manter ~ senha, mantenha ~ senha, confirmar ~ senha, confirme ~ senha, aumentar ~ cota, aumentar ~ armazenamento
liberar ~ mensagens, recuperar ~ mensagens, validar ~ conta, valide ~ conta, verificar ~ conta, verifique ~ conta
atualizar ~ caixa, evitar ~ desativação, clique aqui
loan: empréstimo ~ pessoal, empréstimo ~ consignado, empréstimo ~ aprovado, empréstimo* ~ oferta
oferta de empréstimo, crédito ~ liberado, crédito ~ aprovado, crédito ~ pré-aprovado, crédito pessoal
precisa de ~ empréstimo, limite ~ liberado, limite ~ aprovado, cartão ~ aprovado
| sem consulta, nome sujo, negativado*, mesmo ~ negativado, taxa de juros de, juros de ~ 2, juros de ~ 3
juros baixos, sem comprovação, sem garantia, sem burocracia, aprovação imediata, dinheiro ~ conta ~ hoje
dinheiro ~ minutos, solicite agora, contrate agora, saque ~ agora
cure: emagrecer, perder peso, perda de peso, queima* gordura, queimar gordura, gordura abdominal, barriga, diabetes
glicose, açúcar no sangue, zumbido, queda de cabelo, calvície, dores nas articulações, próstata, ereção, impotência
disfunção erétil, pênis, viagra, cialis, memória, visão
| milagros*, médicos ~ odeiam, médicos ~ chocados, indústria farmacêutica, receita caseira, receita secreta
truque ~ caseiro, truque simples, este truque, esse truque, antes de dormir, sem dieta, sem exercício*
em apenas ~ dias, em poucos dias, 100% natural, sem receita, ritual ~ noturno, chá ~ noite, entrega discreta
advanceFee: herança de, herança ~ milhões, fundo* ~ herança, falecido ~ cliente, cliente ~ falecido, falecido marido
meu falecido, parente mais próximo, milhões de dólares, milhões de euros, soma de ~ milhões, transferência ~ fundos
transferir ~ fundos, doação de, doação para você, doar ~ você, fundo de compensação, conta inativa
beneficiári* ~ fundo*, soldado* ~ síria
| responda ~ detalhes, mais detalhes, mais informações ~ resposta, entre em contato comigo, contacte-me, contate-me
escreva ~ e-mail privado, sua ajuda, sua assistência, sua resposta urgente, aguardo ~ resposta, confidencial, sigilo
deus ~ abençoe, caro amigo, querido amigo, querida amiga, meu nome é, sou o advogado, advogado, benefício mútuo, 50%
40%, sua parte, nome completo, sem risco*
extortion: hackeei ~ seu, hackeei, invadi ~ seu, tenho acesso ~ seu, acesso total ~ seu, infectei ~ seu
instalei ~ vírus, instalei ~ malware, instalei ~ trojan, gravei ~ vídeo, gravei você, filmei você, sua webcam
sua câmera, sua câmara, vídeo seu, site* ~ adulto*, site* pornográfico*, pornô, masturb*, sua senha é
| envie ~ bitcoin, transfira ~ bitcoin, pague ~ bitcoin, em bitcoin*, carteira ~ bitcoin, minha carteira
seus contatos, seus contactos, todos os seus contatos, amigos e familiares, família e amigos, enviarei ~ vídeo
vou enviar ~ vídeo, divulgar ~ vídeo, publicar ~ vídeo, apagar ~ vídeo, excluirei ~ vídeo, tem 48 horas, tem 72 horas
em 48 horas, em 72 horas, não ~ polícia, resgate
account: conta ~ bloqueada, conta ~ suspensa, conta ~ limitada, conta ~ restrita, conta ~ encerrada
novo acesso à sua conta, acesso ~ sua conta ~ dispositivo, conta ~ atrasada, fatura ~ atraso, fatura ~ vencida
cartão ~ temporariamente bloqueado, serviços ~ suspensos, conta ~ desativada, conta ~ cancelada, cartão ~ bloqueado
cartão ~ suspenso, acesso ~ bloqueado, acesso ~ suspenso, transaç* ~ suspeita, transações ~ bloqueadas
atividade ~ suspeita, atividade ~ incomum, pagamento ~ recusado, dispositivo ~ expirou, token ~ expirado
módulo de segurança ~ expirou, cpf ~ irregular, cpf ~ cancelado, débito ~ pendente, será negativado
título ~ protesto, multa pendente, restituição ~ disponível
| atualize ~ dados, atualizar ~ dados, atualize ~ cadastro, atualização cadastral, recadastramento, recadastre
habilite, habilitar, ative o, ativar ~ conta, evite ~ suspensão, evitar ~ suspensão, não reconheço este acesso
não reconhece este acesso, acesse ~ regularizar, confirme ~ dados, confirmar ~ dados, confirme ~ identidade
verifique ~ conta, verificar ~ conta, verifique ~ identidade, desbloqueie, desbloquear, desbloqueio, regularize
regularizar, reativar, reative, ative ~ conta, evite ~ bloqueio, evitar ~ bloqueio, evitar ~ cancelamento
evite ~ transtornos, em até 24, prazo para pagamento, boleto ~ anexo, quitar
parcel: encomenda ~ retida, encomenda ~ aguardando, encomenda ~ bloqueada, encomenda ~ não ~ entregue
encomenda ~ alfândega, pacote ~ retido, pacote ~ aguardando, pacote ~ não ~ entregue, objeto ~ retido
objeto ~ aguardando, objeto ~ taxado, entrega ~ falhou, tentativa de entrega, endereço incompleto, pedido ~ retido
| taxa de ~ importação, taxa de ~ entrega, taxa de ~ liberação, taxa alfandegária, taxa aduaneira, pagar ~ taxa
pague ~ taxa, pagamento ~ taxa, efetue ~ pagamento, efetuar ~ pagamento, custos de envio, confirme ~ endereço
atualize ~ endereço, reagendar ~ entrega, devolvid* ~ remetente
callback: foi debitado, será debitado, foi cobrado, será cobrado, compra ~ aprovada, compra ~ confirmada
renovada automaticamente, pix ~ enviad*, transferência ~ enviada
| não reconhece, não reconheço, não autorizou, não foi você, não realizou, para cancelar, cancelar ~ compra
ligue para, ligue agora
dating: mulheres ~ perto, solteiras ~ perto, mulheres solteiras, garotas ~ quentes, encontro casual
encontros casuais, sexo casual, mulheres russas, acompanhantes
| minhas fotos, cadastre-se grátis, cadastro grátis, sem compromisso, fale comigo, esperando por você, nuas
fotos nuas, hoje à noite
document: documento ~ compartilhado, documento ~ partilhado, arquivo ~ compartilhado, ficheiro ~ partilhado
nova mensagem de voz, novo fax, documento digitalizado, fatura em atraso, boleto vencido, boleto ~ vencimento
nota fiscal ~ emitida, nota fiscal eletrônica, comprovante de pagamento, comprovante ~ anexo, intimação
| ver ~ documento, visualizar ~ documento, abrir ~ documento, baixar ~ documento, assinar ~ documento
visualizar ~ arquivo, baixar ~ arquivo, ouvir ~ mensagem, visualizar ~ fatura, baixar ~ fatura, visualizar ~ boleto
baixar ~ boleto, visualizar ~ comprovante, clique para visualizar, download ~ nota
`
