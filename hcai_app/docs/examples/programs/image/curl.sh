curl {{base}}/images/generations \
  -H "Authorization: Bearer $AI_KEY" \
  -H "Content-Type: application/json" \
  -o answer.json \
  -d '{
    "model": "{{image_model}}",
    "prompt": "A raccoon playing the drums"
  }'

if grep -q '"b64_json"' answer.json; then
  grep -o '"b64_json": *"[^"]*"' answer.json |
    cut -d '"' -f 4 | base64 -d > raccoon.png
else
  cat answer.json
fi
