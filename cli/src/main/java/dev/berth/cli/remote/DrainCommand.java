package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Request;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;

/// `berth drain [NAME] SLOT` and `berth undrain [NAME] SLOT`; with `--shed` instead of SLOT for all
/// slots.
public final class DrainCommand implements Subcommand {
    /// Takes the place of a slot: refuse new connections, whichever slots are ready.
    public static final String SHED = "--shed";

    private final boolean drains;

    private DrainCommand(boolean drains) {
        this.drains = drains;
    }

    public static DrainCommand drain() {
        return new DrainCommand(true);
    }

    public static DrainCommand undrain() {
        return new DrainCommand(false);
    }

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(
                        Options.flag(
                                SHED,
                                drains
                                        ? "Maintenance: refuse new connections (and drop"
                                                + " datagrams) for all slots at once, until"
                                                + " berth undrain --shed. Needs eBPF."
                                        : "Accept new connections again after drain --shed."))
                .addPositional(Options.words("NAME SLOT", "0..*", RemoteHelp.NAME));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        if (parsed.hasMatchedOption(SHED)) {
            List<String> all = Options.words(parsed);
            if (all.size() > 1 && all.getLast().matches("[0-9]+")) {
                throw new UsageException(
                        SHED + " applies to all slots: omit SLOT, or omit " + SHED);
            }
            return SupervisorCall.change(
                    RemoteHelp.name(parsed), new Request.Shed(drains), terminal);
        }
        NameAndNumber words = NameAndNumber.of(parsed, "the number of a slot");
        int slot = words.value();
        return SupervisorCall.change(
                words.name(),
                drains ? new Request.Drain(slot) : new Request.Undrain(slot),
                terminal);
    }
}
