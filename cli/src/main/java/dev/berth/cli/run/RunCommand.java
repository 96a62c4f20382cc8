package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.sys.DescriptorLimit;
import dev.berth.sys.Platform;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// `berth run [OPTIONS] -- COMMAND …`.
public final class RunCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        return RunSpec.make();
    }

    @Override
    public boolean takesCommandLine() {
        return true;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        Optional<String> file = Options.value(parsed, "--file");
        if (file.isPresent()) {
            prepare();
            return MultiServiceRun.run(parsed, Path.of(file.get()), terminal.environment());
        }
        RunOptions options = RunOptions.read(parsed);
        prepare();
        return ServiceRun.run(
                options,
                options.programName(),
                terminal.environment(),
                (supervisor, console) -> {});
    }

    /// Raises the descriptor limit: a supervisor holds the sockets of all its workers, and a
    /// dispatcher also those of their clients.
    public static void prepare() throws CommandFailure {
        requireLinux();
        DescriptorLimit.raise();
    }

    /// Elsewhere SO_REUSEPORT does not balance (macOS, BSD: the last socket gets everything) or
    /// does not exist (Windows), and nothing replaces seccomp.
    private static void requireLinux() throws CommandFailure {
        if (!Platform.supported()) {
            throw new CommandFailure(
                    "cannot share a port here: "
                            + Platform.describe()
                            + "; elsewhere SO_REUSEPORT does not balance, or does not exist");
        }
    }
}
