package dev.berth.cli.command;

import java.util.Optional;

/// Makes the commands of a module that is on the class path of its own verbs only. Found with
/// `ServiceLoader`.
public interface SubcommandProvider {
    /// The command for a verb, such as `lab replay`; empty if it is not one of this module.
    Optional<Subcommand> create(String verb);
}
