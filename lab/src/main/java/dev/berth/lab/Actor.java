package dev.berth.lab;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The main program of an actor's process: carries out the orders that arrive over its line, one
/// step after another, and ends when the line is closed.
public final class Actor {
    /// The order to keep a descriptor that comes with it.
    static final String TAKE = "take";

    private static final int SIGKILL = 9;

    private Actor() {}

    /// @param args the actor's name, its uid, and a `NUMBER=ID` for each inherited descriptor
    public static void main(String[] args) throws ErrnoException {
        ActorChannel channel = new ActorChannel(new Fd(Actors.CHANNEL));
        Thread.ofPlatform().daemon().name("line").start(() -> endWith(channel));
        StepExecutor executor = new StepExecutor(args[0], Integer.parseInt(args[1]));
        for (String inherited : List.of(args).subList(2, args.length)) {
            int equals = inherited.indexOf('=');
            int number = Integer.parseInt(inherited, 0, equals, 10);
            executor.take(inherited.substring(equals + 1), new Fd(number));
        }
        channel.send(StepResult.ok().encode());
        act(channel, executor);
    }

    /// This process leads its own process group, in which there is no other.
    private static void endWith(ActorChannel channel) {
        channel.awaitEnd();
        Processes.kill(0, SIGKILL);
    }

    /// Carries out what the line says, until it says to exit or is closed.
    static void act(ActorChannel channel, StepExecutor executor) throws ErrnoException {
        Optional<ActorChannel.Message> message = channel.receive();
        while (message.isPresent()) {
            Map<String, List<String>> fields = message.get().fields();
            String word = new StepArguments(fields).text(StepArguments.OP);
            if (word.equals(OpKind.EXIT.word())) {
                return;
            }
            ActorReply reply =
                    executor.perform(word, new StepArguments(fields), message.get().descriptors());
            channel.send(reply.answer().encode(), reply.descriptors());
            message = channel.receive();
        }
    }
}
