package dev.berth.cli.lab;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.lab.TruthTable;
import dev.berth.net.Protocol;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// `berth lab matrix [--udp] [--json | --markdown]`.
public final class MatrixCommand implements Subcommand {
    private static final List<String> FLAGS = List.of("--udp", "--json", "--markdown");

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(Options.flag("--udp", "Measure UDP instead of TCP."))
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                .addOption(
                        Options.flag(
                                "--markdown",
                                "Print both, in the form of the page docs/truth-table.md."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        boolean markdown = parsed.hasMatchedOption("--markdown");
        if (markdown && parsed.matchedOptions().size() > 1) {
            throw new UsageException(
                    "--markdown prints both protocols; use it without other options");
        }
        CommandFailure.unlessSupported("cannot ask the kernel");
        if (!Capabilities.has(Capability.SYS_ADMIN)) {
            List<String> words = new ArrayList<>(List.of("lab", "matrix"));
            FLAGS.stream().filter(parsed::hasMatchedOption).forEach(words::add);
            return UserNamespaceRerun.run(words, terminal.environment());
        }
        UserNamespaceRerun.endWithParent(terminal.environment());
        return markdown ? page(terminal) : table(parsed, terminal);
    }

    private static int table(ParseResult parsed, Terminal terminal) throws IOException {
        Protocol protocol = parsed.hasMatchedOption("--udp") ? Protocol.UDP : Protocol.TCP;
        TruthTable table = TruthTable.measure(protocol);
        if (parsed.hasMatchedOption("--json")) {
            terminal.line(MatrixJson.of(table, today()));
        } else {
            MatrixText.lines(table, today(), terminal.columns()).forEach(terminal::line);
        }
        return table.differences() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static int page(Terminal terminal) throws IOException {
        List<TruthTable> tables =
                List.of(TruthTable.measure(Protocol.TCP), TruthTable.measure(Protocol.UDP));
        MatrixPage.lines(tables, today()).forEach(terminal::line);
        return tables.stream().allMatch(table -> table.differences() == 0)
                ? ExitCode.DONE
                : ExitCode.FAILED;
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }
}
