package dev.berth.cli.ports;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.ShareChange;
import dev.berth.inspect.SharePlan;
import dev.berth.inspect.ShareSwitch;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;

/// What `berth open` and `berth close` have in common: inspect, explain, ask, change, check.
final class Sharing {
    private final boolean open;
    private final Confirmation confirmation;
    private final Terminal terminal;
    private final ParseResult parsed;
    private final boolean json;
    private final ShareText text;

    Sharing(boolean open, Confirmation confirmation, Terminal terminal, ParseResult parsed) {
        this.open = open;
        this.confirmation = confirmation;
        this.terminal = terminal;
        this.parsed = parsed;
        this.json = parsed.hasMatchedOption("--json");
        this.text = new ShareText(terminal.columns());
    }

    int run() throws UsageException, IOException {
        CommandFailure.unlessSupported("cannot change sockets");
        ShareTarget target = ShareTarget.of(parsed);
        PortReport report = PortReport.of(target.query());
        SharePlan plan =
                open
                        ? SharePlan.open(report)
                        : SharePlan.close(report, parsed.hasMatchedOption("--force"));
        if (plan.ports().isEmpty()) {
            throw new CommandFailure(NamespaceHint.nobody(verb(), target, report));
        }
        if (plan.refusal().isPresent()) {
            throw new CommandFailure("refused, nothing was changed: " + plan.refusal().get());
        }
        List<String> effects = new ShareEffects(target.word(), plan).sentences();
        if (!plan.changes().isEmpty() && !parsed.hasMatchedOption("--yes")) {
            ask(plan, effects);
        }
        List<ShareChange> changes = ShareSwitch.apply(plan);
        if (!changes.isEmpty() && changes.stream().allMatch(Sharing::gone)) {
            throw new CommandFailure(
                    "the sockets were closed meanwhile; nothing was changed; try again");
        }
        return report(
                new ShareResult(target.word(), plan, effects, changes, ShareSwitch.check(plan)));
    }

    private String verb() {
        return open ? "open" : "close";
    }

    private static boolean gone(ShareChange change) {
        return change.result() == ShareChange.Result.GONE;
    }

    private void ask(SharePlan plan, List<String> effects) throws UsageException, IOException {
        if (json || !confirmation.possible()) {
            throw new UsageException(
                    "this command asks before it changes a running server, and "
                            + (json ? "with --json" : "without a terminal")
                            + " it cannot ask; --yes makes the change without asking");
        }
        text.plan(plan, effects).forEach(terminal::line);
        terminal.out().print("Do it? [y/N] ");
        terminal.flush();
        if (!confirmation.given()) {
            throw new CommandFailure("nothing was changed");
        }
    }

    private int report(ShareResult result) {
        if (json) {
            terminal.line(ShareJson.of(result));
        } else {
            text.answer(result).forEach(terminal::line);
        }
        return result.done() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
