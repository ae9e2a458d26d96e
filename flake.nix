# lisplaunch for Nix: `nix build`, `nix run . -- --help`. It has not been run yet; it has no flake.lock, which the
# first run writes.
{
  description = "Run Common Lisp services from one YAML file";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "lisplaunch";
          version = (nixpkgs.lib.importTOML ./Cargo.toml).package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          # The tests start services, containers and process managers.
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = ''
            $out/bin/lisplaunch man man
            installManPage man/man?/*
            for shell in bash zsh fish; do
              $out/bin/lisplaunch completions $shell > lisplaunch.$shell
            done
            installShellCompletion lisplaunch.{bash,zsh,fish}
            mkdir -p $out/share/emacs/site-lisp
            $out/bin/lisplaunch emacs > $out/share/emacs/site-lisp/lisplaunch.el
          '';
          meta.mainProgram = "lisplaunch";
        };
      });
    };
}
