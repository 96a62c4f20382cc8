package dev.berth.cli;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.SubcommandProvider;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.demo.DemoCommand;
import dev.berth.cli.doctor.DoctorCommand;
import dev.berth.cli.ports.Confirmation;
import dev.berth.cli.ports.RouteCommand;
import dev.berth.cli.ports.ShareCommand;
import dev.berth.cli.ports.WhoCommand;
import dev.berth.cli.ports.WhyCommand;
import dev.berth.cli.remote.DrainCommand;
import dev.berth.cli.remote.RollCommand;
import dev.berth.cli.remote.ScaleCommand;
import dev.berth.cli.remote.StatusCommand;
import dev.berth.cli.remote.SteerCommand;
import dev.berth.cli.remote.StopCommand;
import dev.berth.cli.run.RunCommand;

import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/// The commands, in the order of the overview.
public enum Verb {
    DEMO("run four workers of the built-in server on one port, with commands to try"),
    RUN("run N processes of a command on one port"),
    STATUS("show slots, workers, queues and problems"),
    ROLL("replace every worker, one by one, without losing a connection"),
    SCALE("change the number of workers"),
    STEER("choose who gets the next connection"),
    DRAIN("send no new connections to a slot"),
    UNDRAIN("send new connections to a slot again"),
    STOP("stop the workers and the supervisor"),
    WHO("show who is on a port: sockets, owners, groups, queues"),
    WHY("show whether a bind would succeed, who is in the way, by which rule, and what would help"),
    ROUTE("show which socket, of which process, a client would reach"),
    OPEN("let other processes bind a running server's port, without restarting it"),
    CLOSE("undo open: let no other process bind the port"),
    LAB("test the ways to share a port on this kernel: claim, what happened, verdict"),
    LAB_REPLAY("run your own histories on this kernel, and compare the results with the rules"),
    LAB_MATRIX(
            "print this kernel's truth table: which sockets can share a port, and what each gets"),
    DOCTOR("show what this kernel and user can do, and what to do about the rest");

    private final String summary;

    Verb(String summary) {
        this.summary = summary;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    String summary() {
        return summary;
    }

    Subcommand create() {
        return switch (this) {
            case DEMO -> new DemoCommand();
            case RUN -> new RunCommand();
            case STATUS -> new StatusCommand();
            case ROLL -> new RollCommand();
            case SCALE -> new ScaleCommand();
            case STEER -> new SteerCommand();
            case DRAIN -> DrainCommand.drain();
            case UNDRAIN -> DrainCommand.undrain();
            case STOP -> new StopCommand();
            case WHO -> new WhoCommand();
            case WHY -> new WhyCommand();
            case ROUTE -> new RouteCommand();
            case OPEN -> ShareCommand.open(Confirmation.ofProcess());
            case CLOSE -> ShareCommand.close(Confirmation.ofProcess());
            case LAB, LAB_REPLAY, LAB_MATRIX -> provided();
            case DOCTOR -> new DoctorCommand();
        };
    }

    /// The launcher puts the lab on the class path for these verbs.
    private Subcommand provided() {
        return ServiceLoader.load(SubcommandProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .flatMap(provider -> provider.create(word()).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("not on the class path: " + word()));
    }

    /// The command that a command line begins with, be it two words or one.
    ///
    /// @param before the words before it, for the error message: `berth`, or `berth help`
    static Verb leading(String before, List<String> words) throws UsageException {
        String two = String.join(" ", words.subList(0, Math.min(2, words.size())));
        for (Verb verb : values()) {
            if (words.size() > 1 && verb.word().equals(two)) {
                return verb;
            }
        }
        return named(before, words);
    }

    /// The number of words that its name has.
    int words() {
        return word().split(" ").length;
    }

    private static Verb named(String before, List<String> words) throws UsageException {
        String word = words.getFirst();
        for (Verb verb : values()) {
            if (verb.words() == 1 && verb.word().equals(word)) {
                return verb;
            }
        }
        String kind = word.startsWith("-") ? "option" : "command";
        throw new UsageException(
                "no such " + kind + ": " + Options.shown(word) + Suggestion.after(before, words));
    }
}
