/** The scripts that shells are given; what may stand next they ask the program itself. */
import { ForgeError } from "../api/index.ts";

export const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

const scripts: Readonly<Record<Shell, string>> = {
  bash: `_forge() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  local names
  names="$(forge __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" || return
  COMPREPLY=($(compgen -W "$names" -- "$word"))
}
complete -o default -F _forge forge
`,
  zsh: `#compdef forge
_forge() {
  local -a names
  names=(\${(f)"$(forge __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a names
}
compdef _forge forge
`,
  fish: `function __forge_complete
  set -l words (commandline -opc) (commandline -ct)
  forge __complete -- $words[2..-1] 2>/dev/null
end
complete -c forge -f -a '(__forge_complete)'
`,
};

/** @throws ForgeError UsageInvalid */
export function completionScript(shell: string): string {
  const script = scripts[shell as Shell];
  if (script !== undefined) return script;
  throw new ForgeError("UsageInvalid", `no completion for ${shell}; there is ${shells.join(", ")}`);
}
