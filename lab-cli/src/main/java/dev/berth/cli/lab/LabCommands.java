package dev.berth.cli.lab;

import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.SubcommandProvider;
import dev.berth.lab.Expectations;

import java.util.Optional;

/// The commands of the lab.
public final class LabCommands implements SubcommandProvider {
    @Override
    public Optional<Subcommand> create(String verb) {
        return switch (verb) {
            case "lab" -> Optional.of(new LabCommand(Expectations::here));
            case "lab replay" -> Optional.of(new ReplayCommand());
            case "lab matrix" -> Optional.of(new MatrixCommand());
            default -> Optional.empty();
        };
    }
}
