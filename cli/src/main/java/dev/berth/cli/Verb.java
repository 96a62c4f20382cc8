package dev.berth.cli;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.demo.DemoCommand;
import dev.berth.cli.doctor.DoctorCommand;
import dev.berth.cli.lab.LabCommand;
import dev.berth.cli.lab.MatrixCommand;
import dev.berth.cli.lab.ReplayCommand;
import dev.berth.cli.ports.CloseCommand;
import dev.berth.cli.ports.Consent;
import dev.berth.cli.ports.OpenCommand;
import dev.berth.cli.ports.RouteCommand;
import dev.berth.cli.ports.WhoCommand;
import dev.berth.cli.ports.WhyCommand;
import dev.berth.cli.remote.RollCommand;
import dev.berth.cli.remote.ScaleCommand;
import dev.berth.cli.remote.SlotCommand;
import dev.berth.cli.remote.StatusCommand;
import dev.berth.cli.remote.SteerCommand;
import dev.berth.cli.remote.StopCommand;
import dev.berth.cli.run.RunCommand;
import dev.berth.lab.Expectations;

import java.util.List;
import java.util.Locale;

/// The commands there are, in the order of the overview.
public enum Verb {
    DEMO("four workers of the built-in server on one port, and how to play with them"),
    RUN("run N processes of a command on one port"),
    STATUS("show slots, workers, queues and what went wrong"),
    ROLL("replace every worker, one by one, without losing a connection"),
    SCALE("change the number of workers"),
    STEER("choose who gets the next connection"),
    DRAIN("send no new connections to a slot"),
    UNDRAIN("send new connections to a slot again"),
    STOP("end the workers and the supervisor"),
    WHO("who is on a port: sockets, owners, groups, queues"),
    WHY("would a bind succeed, who is in the way by which rule, and what would help"),
    ROUTE("which socket, of which process, a client would reach"),
    OPEN("let others bind beside a running server, without restarting it"),
    CLOSE("undo open: keep others out again"),
    LAB("run the ways to share a port on this kernel: claim, what happened, verdict"),
    LAB_REPLAY("run histories of your own on this kernel, and compare with the rules"),
    LAB_MATRIX("the truth table of this kernel: who may share a port, and who gets what then"),
    DOCTOR("what this kernel and user can do, and what to do about the rest");

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
            case DRAIN -> SlotCommand.drain();
            case UNDRAIN -> SlotCommand.undrain();
            case STOP -> new StopCommand();
            case WHO -> new WhoCommand();
            case WHY -> new WhyCommand();
            case ROUTE -> new RouteCommand();
            case OPEN -> new OpenCommand(Consent.ofProcess());
            case CLOSE -> new CloseCommand(Consent.ofProcess());
            case LAB -> new LabCommand(Expectations::here);
            case LAB_REPLAY -> new ReplayCommand();
            case LAB_MATRIX -> new MatrixCommand();
            case DOCTOR -> new DoctorCommand();
        };
    }

    /// The one that a command line begins with, by two words or by one.
    ///
    /// @param before what is typed before it, for the complaint: `berth`, or `berth help`
    static Verb leading(String before, List<String> words) throws UsageException {
        String two = String.join(" ", words.subList(0, Math.min(2, words.size())));
        for (Verb verb : values()) {
            if (words.size() > 1 && verb.word().equals(two)) {
                return verb;
            }
        }
        return named(before, words);
    }

    /// How many words of the command line it takes.
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
