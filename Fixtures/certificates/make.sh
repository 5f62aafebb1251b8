#!/bin/sh
# Makes every certificate and key of this folder anew, with openssl. The keys are public: trust none of it.
#
# For each of rsa (RSA-2048) and ecdsa (P-256):
#   TYPE-root.pem, TYPE-intermediate.pem, TYPE-leaf.pem   each with its .key
#   TYPE-chain.pem                                        leaf and intermediate: what a server presents
#   TYPE-expired-leaf.pem, TYPE-expired-chain.pem         expired in 2024; the key is TYPE-leaf.key
#   TYPE-client.pem, TYPE-client.key                      a client certificate, signed by the root
#   TYPE-other-root.pem, .key                             a root that signed none of the others
set -eu

cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

from=20240101000000Z
until=20731231235959Z

cat >"$work/openssl.cnf" <<END
[ca]
default_ca = fixtures
[fixtures]
dir = $work
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = email:client@example.org
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
: >"$work/index"
echo 1000 >"$work/serial"

make_key() { # TYPE FILE
  case $1 in
  rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" 2>/dev/null ;;
  ecdsa) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" ;;
  esac
}

# KIND COMMON-NAME KEY RESULT START END SIGNER...
certify() {
  kind=$1 name=$2 key=$3 result=$4 start=$5 end=$6
  shift 6
  openssl req -new -config "$work/openssl.cnf" -subj "/CN=$name" -key "$key" -out "$work/request"
  openssl ca -batch -notext -config "$work/openssl.cnf" -extensions "$kind" -in "$work/request" -out "$result" \
    -startdate "$start" -enddate "$end" "$@" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

for type in rsa ecdsa; do
  for role in root other-root intermediate leaf client; do make_key $type "$here/$type-$role.key"; done
  for role in root other-root; do
    certify root "Fixture $role ($type)" $type-$role.key $type-$role.pem $from $until -selfsign -keyfile $type-$role.key
  done
  certify intermediate "Fixture intermediate ($type)" $type-intermediate.key $type-intermediate.pem $from $until \
    -cert $type-root.pem -keyfile $type-root.key
  certify leaf localhost $type-leaf.key $type-leaf.pem $from $until \
    -cert $type-intermediate.pem -keyfile $type-intermediate.key
  certify leaf localhost $type-leaf.key $type-expired-leaf.pem $from 20240201000000Z \
    -cert $type-intermediate.pem -keyfile $type-intermediate.key
  certify client "Fixture client ($type)" $type-client.key $type-client.pem $from $until \
    -cert $type-root.pem -keyfile $type-root.key
  cat $type-leaf.pem $type-intermediate.pem >$type-chain.pem
  cat $type-expired-leaf.pem $type-intermediate.pem >$type-expired-chain.pem
done
chmod 644 ./*.key

# As large as a system's bundle, so that they are parsed only when something needs them.
for name in ecdsa-root ecdsa-other-root; do
  { yes '# One authority of many.' | head -n 1000; cat "$name.pem"; } >"$name-large.pem"
done
