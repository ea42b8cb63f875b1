#!/bin/sh
# Rebuild dictionary.json and dictionary.txt.zst from package registries only (pip + npm). Usage: HL7DATA=/some/dir sh make.sh
set -eu
: "${HL7DATA:=$PWD/hl7gen}"; export HL7DATA
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$HL7DATA/norm" "$HL7DATA/npm/x" "$HL7DATA/py"; cd "$HL7DATA"
pip install -q --no-deps --no-compile --target py hl7apy==1.3.5 hl7types==0.9.5
cd npm
for p in hl7-dictionary@1.0.1 hl7.terminology.r4@7.0.1; do npm pack --silent "$p" >/dev/null; done
mkdir -p x/hl7-dictionary-1.0.1 x/utg
tar xzf hl7-dictionary-1.0.1.tgz -C x/hl7-dictionary-1.0.1; tar xzf hl7.terminology.r4-7.0.1.tgz -C x/utg
cd ..
PYTHONPATH=py python3 "$HERE/x_hl7apy.py" >/dev/null
python3 "$HERE/x_hl7types.py" py/hl7types/hl7
node "$HERE/x_hl7dict.cjs"
python3 "$HERE/build_dictionary.py"
python3 "$HERE/pack.py" dictionary.json > dictionary.txt
zstd -q -19 -f dictionary.txt -o dictionary.txt.zst
sha256sum dictionary.json dictionary.txt dictionary.txt.zst
