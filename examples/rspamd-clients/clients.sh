# Each line by itself: check a message, ask for the numbers, say what a message was.
rspamc -h 127.0.0.1:11333 -i 192.0.2.7 -F alice@example.org -r bob@example.net symbols < message.eml
rspamc -h 127.0.0.1:11333 stat
spamc -d 127.0.0.1 -p 11333 < message.eml
spamc -d 127.0.0.1 -p 11333 -R < message.eml
curl --silent --data-binary @message.eml -H 'IP: 192.0.2.7' -H 'Rcpt: bob@example.net' http://127.0.0.1:11333/checkv2
