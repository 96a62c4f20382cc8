package dev.berth.cli.ports;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.net.ForeignText;
import dev.berth.net.ListenAddress;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;

/// `berth who [PORT | ADDRESS:PORT | PID]`.
public final class WhoCommand implements Subcommand {
    private static final int MOST_PORT = 0xffff;
    private static final String NUMBER = "[0-9]{1,9}";
    private static final int WATCH_MILLIS = 1000;
    private static final String CLEAR = "\033[H\033[2J";

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(Options.flag("--tcp", "Show only TCP."))
                .addOption(Options.flag("--udp", "Show only UDP."))
                .addOption(Options.flag("--pid", "The number is a process id."))
                .addOption(
                        Options.flag(
                                "--all",
                                "List each connection and each descriptor in a group;"
                                        + " search every process for further owners."))
                .addOption(
                        Options.flag(
                                "--all-netns",
                                "Search all network namespaces that can be entered (root)."))
                .addOption(Options.flag("--watch", "Repeat every second."))
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                .addPositional(Options.words("WHAT", "0..*", "See below."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        CommandFailure.unlessSupported("cannot list sockets");
        boolean json = parsed.hasMatchedOption("--json");
        WhoQuestion question = question(parsed);
        if (!parsed.hasMatchedOption("--watch")) {
            return show(question, parsed, terminal, json);
        }
        while (!terminal.out().checkError()) {
            if (!json && terminal.columns().isPresent()) {
                terminal.out().print(CLEAR);
            }
            show(question, parsed, terminal, json);
            pause();
        }
        return ExitCode.DONE;
    }

    private static void pause() throws CommandFailure {
        try {
            Thread.sleep(WATCH_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", interrupted);
        }
    }

    private static int show(
            WhoQuestion question, ParseResult parsed, Terminal terminal, boolean json)
            throws IOException {
        PortReport report = PortReport.of(question.query());
        WhoQuestion asked = question;
        if (report.sockets().isEmpty() && question.perhapsPid()) {
            asked = question.asPid();
            report = PortReport.of(asked.query());
        }
        if (json) {
            WhoJson.write(report, terminal.out());
        } else {
            boolean all = parsed.hasMatchedOption("--all");
            var table = new WhoText(terminal.columns(), terminal.colour(), all);
            String nothing =
                    report.sockets().isEmpty()
                            ? NamespaceHint.nobody(asked.nothing(), asked.query())
                            : "";
            table.print(
                    report,
                    nothing,
                    line -> terminal.out().print(ForeignText.coloured(line) + "\n"));
            terminal.out().flush();
        }
        return report.sockets().isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
    }

    private static WhoQuestion question(ParseResult parsed) throws UsageException {
        List<String> words = Options.words(parsed);
        if (words.size() > 1) {
            throw new UsageException(
                    "at most one port, address or process is allowed: " + words.get(1));
        }
        PortQuery query = PortQuery.everything();
        if (parsed.hasMatchedOption("--all-netns")) {
            query = query.withNamespaces();
        }
        if (parsed.hasMatchedOption("--all")) {
            query = query.withThorough();
        }
        boolean tcp = parsed.hasMatchedOption("--tcp");
        if (tcp != parsed.hasMatchedOption("--udp")) {
            query = query.withProtocol(tcp ? Protocol.TCP : Protocol.UDP);
        }
        boolean pid = parsed.hasMatchedOption("--pid");
        if (pid && (words.isEmpty() || !words.getFirst().matches(NUMBER))) {
            throw new UsageException("--pid needs a process id, for example: berth who --pid 1234");
        }
        if (words.isEmpty()) {
            boolean all = parsed.hasMatchedOption("--all");
            return new WhoQuestion(all ? query : query.withListenersOnly(), "nobody listens", 0);
        }
        return about(words.getFirst(), query, pid);
    }

    static WhoQuestion about(String word, PortQuery query, boolean pid) throws UsageException {
        if (word.matches(NUMBER)) {
            int number = Integer.parseInt(word);
            boolean lives = number > 0 && ProcessList.of(number).isPresent();
            if (pid || (number > MOST_PORT && lives)) {
                return new WhoQuestion(query, "", number).asPid();
            }
            if (number <= MOST_PORT && number > 0) {
                return new WhoQuestion(
                        query.withPort(number), "nobody is on port " + number, lives ? number : 0);
            }
            throw new UsageException(
                    number + " is not a port (1 to 65535), and no process has that id");
        }
        ListenAddress address = Options.checked(() -> ListenAddress.parse(word));
        PortQuery some = word.contains("://") ? query.withProtocol(address.protocol()) : query;
        boolean everywhere = word.startsWith(":") || word.startsWith("*");
        PortQuery at =
                everywhere
                        ? some.withPort(address.address().port())
                        : some.withAddress(address.address());
        return new WhoQuestion(at, "nobody is on " + word, 0);
    }
}
