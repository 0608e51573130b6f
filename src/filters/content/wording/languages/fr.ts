/** French. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const fr = `
casino: casino*, machines à sous, tours gratuits, free spins, roulette, blackjack, jackpot*, paris sportifs
croupier*
| bonus de bienvenue, bonus ~ dépôt, bonus sans dépôt, sans dépôt, premier dépôt, réclame* ~ bonus, récupére* ~ bonus
profitez ~ bonus, obtenez ~ bonus, jouez maintenant, jouer maintenant, argent réel, gagnez gros, retirez ~ gains
code bonus
prize: vous avez gagné, vous avez été sélectionné*, vous avez été choisi*, vous avez été tiré, vous êtes ~ gagnant*
vous êtes ~ heureux, heureux gagnant*, félicitations ~ gagné, votre gain, votre récompense, votre cadeau ~ attend
adresse ~ sélectionnée, loterie ~ gagnant*, points ~ expirent, points ~ expirer
| réclame* ~ prix, réclame* ~ cadeau, réclame* ~ gain, réclame* ~ lot, récupére* ~ cadeau, récupére* ~ prix
réceptionner ~ lot, recevoir ~ cadeau, recevez ~ cadeau, échange* ~ points, utilise* ~ points, confirme* ~ adresse
payer ~ frais, réglez ~ frais, frais de port, avant ~ expir*, contacte* ~ huissier, contacter ~ agent
survey: court sondage, sondage rapide, petit sondage, enquête de satisfaction, courte enquête, répondez ~ questions
répondre ~ questions, répondez ~ sondage, participez ~ sondage, participez ~ enquête, programme de fidélité
votre avis
| recevez ~ cadeau, recevoir ~ cadeau, récompense exclusive, cadeau exclusif, cadeau gratuit, carte cadeau
cartes cadeaux, carte-cadeau, gagnez ~ iphone, iphone gratuit, d'une valeur de, valeur de, choisissez ~ cadeau
kit d'urgence
renewal: abonnement ~ expiré, abonnement ~ expire, abonnement ~ suspendu, abonnement ~ terme, antivirus ~ expiré
protection ~ expiré, licence ~ expiré, domaine ~ expiré, domaine ~ expire, domaine ~ expirer, domaine ~ suspendu
virus ~ détecté*, stockage ~ plein, stockage ~ saturé, espace ~ saturé, cloud ~ plein, photos ~ supprimées
appareil* ~ infecté*, ordinateur ~ infecté
| renouvele* maintenant, renouvele* ~ abonnement, renouveler ~ licence, renouveler ~ domaine, renouvelez ~ domaine
renouvelez ~ protection, mettre à jour ~ paiement, mettez à jour ~ paiement, moyen de paiement, éviter ~ interruption
éviter ~ suspension, éviter ~ perte, sous 24, sous 48, dans les 24, dernier rappel, dernier avis
augmente* ~ stockage, supprimer ~ virus, bénéficie* ~ réduction
mailbox: boîte ~ pleine, boîte ~ saturée, boîte mail ~ limite, boîte aux lettres ~ dépassé, quota ~ dépassé
quota ~ atteint, messagerie ~ désactivée, messagerie ~ suspendue, compte mail ~ fermé, compte ~ messagerie ~ bloqué
mot de passe ~ expire, mot de passe ~ expiré, mot de passe ~ expirer, messages ~ attente, messages ~ bloqués
messages ~ non délivrés, messages ~ retenus
| conserver ~ mot de passe, garder ~ mot de passe, confirmer ~ mot de passe, confirmez ~ mot de passe
augmenter ~ quota, augmentez ~ quota, augmenter ~ stockage, libérer ~ messages, récupérer ~ messages
valider ~ compte, validez ~ compte, valider ~ messagerie, vérifier ~ compte, vérifiez ~ compte
mettre à jour ~ messagerie, mettre à niveau ~ boîte, éviter ~ désactivation, éviter ~ suspension, éviter ~ fermeture
cliquez ici
loan: prêt personnel, prêt* ~ particulier*, offre de prêt, offre de crédit, crédit ~ particulier*, crédit rapide
prêt rapide, prêt d'argent, prêts d'argent, besoin ~ prêt, besoin ~ crédit, besoin de financement
financement ~ projet*, prêt ~ accordé
| sans justificatif, sans garantie*, sans apport, interdit bancaire, fichage, taux de 2, taux de 3, taux d'intérêt de
taux ~ 2%, taux ~ 3%, à un taux, taux très bas, réponse immédiate, réponse sous 24, accord immédiat
argent sous ~ heures, faites votre demande, contactez-moi ~ mail, contactez-nous par mail, durée de remboursement
cure: perdre du poids, perte de poids, maigrir, brûle* ~ graisse*, brûleur de graisse, graisse abdominale
ventre plat, diabète, glycémie, acouphène*, chute de cheveux, douleurs articulaires, mal de dos, prostate, érection*
impuissance, trouble* ~ érectile*, pénis, viagra, cialis, mycose*, cbd
| miracle*, médecins ~ détestent, médecins ~ choqués, lobby pharmaceutique, industrie pharmaceutique
remède ~ grand-mère, remède naturel, recette secrète, astuce simple, cette astuce, avant de dormir, avant le coucher
sans régime, sans sport, en seulement ~ jours, en quelques jours, 100% naturel, sans ordonnance, rituel du soir
livraison discrète
advanceFee: héritage de, héritage ~ millions, fonds ~ héritage, client ~ décédé, défunt mari, défunt client
feu mon mari, mon défunt, plus proche parent, ayant droit, millions de dollars, millions d'euros, somme de ~ millions
somme de, transfert ~ fonds, transférer ~ fonds, transférer ~ argent, don de, donation de, faire don
faire un don ~ vous, fonds d'indemnisation, compte dormant, bénéficiaire ~ fonds, soldat ~ syrie
cancer ~ phase terminale
| répondez ~ détails, plus de détails, plus d'informations ~ réponse, contactez-moi, contacter ~ avocat, écrivez-moi
mail privé, adresse privée, votre aide, votre assistance, réponse urgente, attends ~ réponse
attente de votre réponse, confidentiel*, confidentialité, dieu ~ bénisse, cher ami, chère amie, bien-aimé*
je m'appelle, je me nomme, je suis mme, je suis madame, notaire, maître, avocat, 50%, 40%, votre part, nom complet
sans risque*
extortion: j'ai piraté, ai piraté ~ votre, piraté votre, j'ai accès à ~ votre, accès complet à ~ votre, infecté votre
installé ~ virus, installé ~ logiciel*, installé ~ cheval de troie, cheval de troie, filmé ~ vous, vous ai filmé
je vous ai enregistré, enregistré ~ vidéo, votre webcam, votre caméra, vidéo de vous, site* ~ adulte*, site* porno*
porno*, masturb*, votre mot de passe est, pédopornograph*, cyberpornographie, pédophilie
| envoyez ~ bitcoin*, versez ~ bitcoin*, payez ~ bitcoin*, transférez ~ bitcoin*, en bitcoin*, portefeuille bitcoin
mon portefeuille, vos contacts, tous vos contacts, amis et ~ famille, famille et ~ amis, vos proches
j'enverrai ~ vidéo, enverrai ~ vidéo, enverrai ~ vos, diffuser ~ vidéo, publierai ~ vidéo, supprimerai ~ vidéo
effacerai, 48 heures, 72 heures, pas ~ police, rançon, poursuites judiciaires, mandat d'arrêt, justifications
account: compte ~ suspendu, compte ~ bloqué, compte ~ limité, compte ~ restreint, compte ~ désactivé, compte ~ fermé
compte ~ clôturé, carte ~ bloquée, carte ~ suspendue, carte ~ désactivée, carte vitale ~ expire
carte vitale ~ disponible, accès ~ bloqué, accès ~ suspendu, accès ~ restreint, activité ~ inhabituelle
activité ~ suspecte, transaction ~ suspecte, connexion ~ inhabituelle, paiement ~ refusé, paiement ~ échoué
remboursement ~ attente, remboursement ~ disponible, amende ~ impayée, amende ~ retard, certicode ~ expir*
| mettre à jour ~ informations, mettre à jour ~ données, mettez à jour ~ informations, mettez à jour ~ coordonnées
mise à jour ~ informations, mise à jour ~ données, confirme* ~ informations, confirme* ~ identité, confirme* ~ compte
vérifie* ~ compte, vérifie* ~ identité, vérifie* ~ informations, validez ~ informations, active* ~ service
débloque* ~ compte, réactive* ~ compte, rétabli* ~ accès, éviter ~ suspension, éviter ~ blocage, éviter ~ majoration
définitivement ~ bloqué, sous 24, sous 48, dans les 24, régularise*, phrase de récupération
parcel: colis ~ attente, colis ~ retenu, colis ~ bloqué, colis ~ suspendu, colis ~ pas ~ livré, colis ~ douane
envoi ~ attente, envoi ~ douane, livraison ~ suspendue, livraison ~ échoué, livraison ~ échouée, livraison ~ attente
tentative de livraison, adresse incomplète, colis ~ expédié ~ attente
| payer ~ frais, payez ~ frais, régler ~ frais, réglez ~ frais, règlement ~ frais, frais de livraison, frais de port
frais de douane, frais d'expédition, droits de douane, frais de dédouanement, affranchissement, confirme* ~ livraison
confirme* ~ adresse, confirme* ~ paiement, mettre à jour ~ adresse, reprogramme* ~ livraison, programme* ~ livraison
retourné ~ expéditeur, renvoyé ~ expéditeur
callback: a été débité, sera débité, a été prélevé, sera prélevé, renouvelé automatiquement, abonnement ~ renouvelé
achat ~ confirmé, commande ~ confirmée
| pas autorisé, n'avez pas ~ autorisé, n'êtes pas ~ origine, pas à l'origine, ne reconnaissez pas, pour annuler
annuler ~ commande, annuler ~ abonnement, appelez ~ au, appelez-nous
dating: célibataires ~ chauds, célibataires ~ près, femmes ~ près, rencontre* ~ coquine*, plan cul, plans cul
belles filles, femmes russes, femmes mûres, rencontres ~ adulte*, sexe sans lendemain
| inscription gratuite, inscrivez-vous gratuitement, sans engagement, mes photos, écris-moi, t'attend*, nue*, ce soir
site ~ rencontrer
document: document ~ partagé, fichier ~ partagé, nouveau message vocal, message vocal ~ reçu, nouveau fax
document numérisé, facture impayée, facture ~ retard, avis de paiement, message chiffré
| voir ~ document, consulter ~ document, ouvrir ~ document, télécharger ~ document, signer ~ document, voir ~ fichier
télécharger ~ fichier, écouter ~ message, consulter ~ facture, télécharger ~ facture, connectez-vous
`
