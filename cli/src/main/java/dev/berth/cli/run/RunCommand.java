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
        CommandSpec spec = CommandSpec.create();
        RunOptions.addTo(spec);
        spec.addPositional(
                Options.words(
                        "COMMAND",
                        "0..*",
                        "The command that each worker runs. In its words {slot} and {generation}"
                                + " are replaced, as in --admin-port=90{slot}1, and {java} becomes"
                                + " the java that runs Berth."));
        spec.usageMessage().sortOptions(false);
        return spec;
    }

    @Override
    public boolean takesCommandLine() {
        return true;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        Optional<String> file = RunOptions.FILE.in(parsed);
        RunRequest request =
                file.isPresent()
                        ? ServiceReader.read(parsed, Path.of(file.get()))
                        : ServiceReader.read(parsed);
        prepare();
        return ServiceHost.run(request, terminal.environment(), (supervisor, console) -> {});
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
