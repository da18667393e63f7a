curl {{base}}/images/generations \
  -H "Authorization: Bearer $AI_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "{{image_model}}",
    "prompt": "A raccoon playing the drums"
  }' |
  grep -o '"b64_json": *"[^"]*"' |
  cut -d '"' -f 4 |
  base64 -d > raccoon.png
