/** What each shell asks when somebody presses Tab: the program itself, so that an answer is never out of date. */
export const scripts = {
  bash: `# eval "$(quorate completion bash)" in ~/.bashrc
_quorate() {
  local IFS=$'\\n'
  COMPREPLY=($(quorate completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _quorate quorate
`,
  zsh: `#compdef quorate
# eval "$(quorate completion zsh)" in ~/.zshrc, after compinit
_quorate() {
  local -a found
  found=(\${(f)"$(quorate completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _quorate quorate
`,
  fish: `# quorate completion fish > ~/.config/fish/completions/quorate.fish
complete -c quorate -a '(quorate completion words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const

export type Shell = keyof typeof scripts
