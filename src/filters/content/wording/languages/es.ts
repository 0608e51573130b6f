/** Spanish. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const es = `
casino: casino*, tragaperras, tragamonedas, giros gratis, tiradas gratis, ruleta, blackjack, jackpot*
apuestas deportivas, casa de apuestas
| bono de bienvenida, bono ~ depósito, bono sin depósito, sin depósito, primer depósito, reclama ~ bono
reclame ~ bono, consigue ~ bono, obtén ~ bono, juega ahora, jugar ahora, juegue ahora, dinero real, gana a lo grande
retira ~ ganancias, código de bono
prize: has ganado, ha ganado, usted ganó, ha sido seleccionad*, has sido seleccionad*, fue seleccionad*
ha sido elegid*, has sido elegid*, ganador*, ganadora, afortunad* ganador*, premio ~ espera, tu recompensa
su recompensa, puntos ~ caducan, puntos ~ caducar, puntos ~ vencer, correo ~ ganador
| reclama ~ premio, reclame ~ premio, reclamar ~ premio, recoge ~ premio, recoger ~ premio, canjea ~ puntos
canjear ~ puntos, canjee ~ puntos, recibe ~ regalo, obtén ~ regalo, reclama ahora, reclame ahora
confirma ~ dirección, confirme ~ dirección, gastos de envío, antes de que caduque, póngase en contacto ~ agente
survey: breve encuesta, encuesta rápida, encuesta ~ clientes, participa ~ encuesta, participe ~ encuesta
completa ~ encuesta, complete ~ encuesta, responde ~ preguntas, responda ~ preguntas, programa de fidelidad
programa de lealtad, tu opinión
| recibe ~ regalo, reciba ~ regalo, recompensa exclusiva, regalo exclusivo, tarjeta* de regalo, tarjeta regalo
gana ~ iphone, iphone gratis, valorado en, por valor de, totalmente gratis, elige ~ regalo
renewal: suscripción ~ caducado, suscripción ~ caducada, suscripción ~ expirado, suscripción ~ vencido
suscripción ~ suspendida, membresía ~ expirado, antivirus ~ caducado, antivirus ~ expirado, protección ~ expirado
protección ~ caducado, licencia ~ caducado, licencia ~ vencido, dominio ~ caducado, dominio ~ caduca
dominio ~ expirar, dominio ~ vencer, virus ~ detectado*, almacenamiento ~ lleno, nube ~ llena, fotos ~ eliminadas
dispositivo ~ infectado
| renueva ahora, renueve ahora, renovar ahora, renueva ~ suscripción, renueve ~ suscripción, renovar ~ suscripción
renueve ~ hoy, actualiza ~ pago, actualice ~ pago, actualizar ~ pago, evitar ~ pérdida, evite ~ pérdida
evitar ~ interrupción, 24 horas, 48 horas, último aviso, amplía ~ almacenamiento, ampliar ~ almacenamiento
con descuento, eliminar ~ virus
mailbox: buzón ~ lleno, buzón ~ llena, buzón ~ límite, buzón ~ superado, buzón ~ excedido, cuota ~ superado
cuota ~ excedido, cuenta de correo ~ desactivada, correo ~ desactivado, correo ~ suspendido, contraseña ~ caduca
contraseña ~ caducado, contraseña ~ expira, contraseña ~ expirado, contraseña ~ vence, mensajes ~ pendientes
mensajes ~ retenidos, mensajes ~ no entregados
| mantener ~ contraseña, conservar ~ contraseña, confirmar ~ contraseña, confirme ~ contraseña, aumentar ~ cuota
aumentar ~ almacenamiento, ampliar ~ buzón, liberar ~ mensajes, recuperar ~ mensajes, validar ~ cuenta
valide ~ cuenta, verificar ~ cuenta, verifique ~ cuenta, verifique ~ buzón, actualizar ~ buzón
evitar ~ desactivación, evitar ~ cierre, haga clic, haz clic
loan: préstamo ~ personal, préstamos personales, préstamo* ~ oferta, oferta de préstamo*, préstamo ~ aprobado
préstamo rápido, préstamos rápidos, necesita ~ préstamo, necesitas ~ préstamo, crédito ~ aprobado, crédito rápido
financiación ~ proyectos, financiamiento ~ proyectos
| sin aval, sin avales, sin buró, sin nómina, sin garantía*, sin papeleo, con asnef, asnef, tasa de interés ~ 2
tasa de interés ~ 3, interés del 2, interés del 3, interés bajo, bajo interés, aprobación inmediata, dinero ~ minutos
dinero ~ 24 horas, solicítalo ahora, solicite ahora, monto ~ necesita, contáctenos por correo
cure: perder peso, bajar de peso, adelgazar, quemar grasa, quema* grasa, grasa abdominal, diabetes, azúcar en sangre
zumbido, caída del cabello, calvicie, dolor de articulaciones, dolor articular, próstata, erección, impotencia
disfunción eréctil, pene, viagra, cialis, hongos en las uñas, pérdida de memoria
| milagros*, médicos ~ odian, médicos ~ sorprendidos, industria farmacéutica, remedio casero, remedio natural
receta secreta, truco casero, truco sencillo, este truco, antes de dormir, sin dieta*, sin ejercicio*, en solo ~ días
en pocos días, 100% natural, sin receta, ritual nocturno, envío discreto
advanceFee: herencia de, herencia ~ millones, fondo* ~ herencia, cliente ~ fallecido, difunto cliente, difunto esposo
difunto marido, pariente más cercano, familiar más cercano, millones de dólares, millones de euros
suma de ~ millones, transferencia ~ fondos, transferir ~ fondos, donación de, donación para usted, donar ~ usted
fondo de compensación, cuenta inactiva, beneficiario ~ fondo*, lotería ~ millones, soldado ~ siria
| responda ~ detalles, más detalles, más información ~ respuesta, póngase en contacto conmigo, contácteme, escríbame
correo privado, su ayuda, su asistencia, respuesta urgente, espero ~ respuesta, espero su respuesta, confidencial
dios ~ bendiga, querido amigo, estimado amigo, querida amiga, mi nombre es, me llamo, soy abogado, abogado
beneficio mutuo, 50%, 40%, su parte, nombre completo, sin riesgo*
extortion: he hackeado, hackeé, hackeado ~ su, hackeado ~ tu, tengo acceso ~ su, tengo acceso ~ tu
acceso completo ~ su, acceso completo ~ tu, infecté ~ su, infecté ~ tu, instalé ~ virus, instalé ~ troyano
instalado ~ malware, instalado ~ troyano, grabé ~ video, grabé ~ vídeo, te grabé, lo grabé, su cámara, tu cámara
cámara web, tu webcam, su webcam, sitio* ~ adulto*, páginas porno*, sitios porno*, porno, masturb*, su contraseña es
tu contraseña es
| envíe ~ bitcoin, envía ~ bitcoin, transfiera ~ bitcoin, pague ~ bitcoin, paga ~ bitcoin, en bitcoin*
cartera ~ bitcoin, monedero ~ bitcoin, billetera ~ bitcoin, mi cartera, mi billetera, sus contactos, tus contactos
todos sus contactos, todos tus contactos, amigos y familiares, familia y amigos, enviaré ~ video, enviaré ~ vídeo
publicaré ~ video, publicaré ~ vídeo, eliminaré ~ video, eliminaré ~ vídeo, borraré, tiene 48 horas, tienes 48 horas
tienes 72 horas, 48 horas, 72 horas, no ~ policía, rescate
account: cuenta ~ bloqueada, cuenta ~ suspendida, cuenta ~ limitada, cuenta ~ restringida, cuenta ~ cerrada
cuenta ~ desactivada, cuenta ~ cancelada, tarjeta ~ bloqueada, tarjeta ~ suspendida, tarjeta ~ limitada
acceso ~ bloqueado, acceso ~ restringido, acceso ~ suspendido, actividad ~ inusual, actividad ~ sospechosa
movimiento ~ sospechoso, transacción ~ sospechosa, cargo ~ no autorizado, acceso ~ no autorizado, pago ~ rechazado
multa ~ pendiente, reembolso ~ pendiente, devolución ~ impuestos
| actualice ~ datos, actualizar ~ datos, actualiza ~ datos, confirme ~ datos, confirmar ~ datos, confirma ~ datos
confirme ~ identidad, confirma ~ identidad, verifique ~ cuenta, verificar ~ cuenta, verifica ~ cuenta
verifique ~ identidad, verificar ~ identidad, verifique ~ información, verifique ~ datos, desbloquear, desbloquee
reactivar, reactive ~ cuenta, restablecer ~ acceso, restaurar ~ acceso, evitar ~ suspensión, evitar ~ bloqueo
evitar ~ cierre, definitivamente ~ cerrada, 24 horas, 48 horas, frase semilla
parcel: paquete ~ retenido, paquete ~ detenido, paquete ~ pendiente, paquete ~ no ~ entregado
paquete ~ no ~ entregar, paquete ~ aduana*, paquete ~ espera, envío ~ retenido, envío ~ pendiente, envío ~ aduana*
entrega ~ fallida, entrega ~ suspendida, intento de entrega, dirección incompleta, pedido ~ retenido
| pagar ~ gastos, pague ~ gastos, gastos de envío, gastos de aduana*, tasa* de aduana*, aranceles, tarifa de envío
tarifa de entrega, pagar ~ tarifa, pague ~ tarifa, pagar ~ tasa, pague ~ tasa, abonar ~ importe, abone
confirme ~ pago, confirme ~ dirección, confirma ~ dirección, actualice ~ dirección, actualiza ~ dirección
reprogramar ~ entrega, devuelto ~ remitente
callback: se ha cargado, se ha cobrado, se le cobrará, será cargado, se cargará, ha sido debitado
renovado automáticamente, renovada automáticamente, compra ~ confirmada, pedido ~ confirmado
| no ~ autorizado, no autorizó, no reconoce, no reconoces, no ha realizado, no realizó, no fue usted, no has sido tú
para cancelar, cancelar ~ pedido, cancelar ~ suscripción, llame al, llámenos
dating: mujeres ~ cerca, solteras ~ cerca, chicas ~ calientes, sexo casual, encuentros casuales, mujeres rusas
mujeres solitarias, citas ~ sexo
| mis fotos, regístrate gratis, registro gratuito, sin compromiso, escríbeme, te espero, te está esperando, desnuda*
esta noche
document: documento ~ compartido, archivo ~ compartido, nuevo mensaje de voz, mensaje de voz ~ recibido, nuevo fax
documento escaneado, factura pendiente, factura vencida, comprobante de pago, mensaje cifrado
| ver ~ documento, abrir ~ documento, descargar ~ documento, firmar ~ documento, revisar ~ documento, ver ~ archivo
descargar ~ archivo, escuchar ~ mensaje, ver ~ factura, descargar ~ factura, inicie sesión
`
