curl -sS -o /dev/null -D - {{base}}/chat/completions \
  -H "Authorization: Bearer $AI_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "{{language_model}}",
    "messages": [{"role": "user", "content": "Hi!"}]
  }'
