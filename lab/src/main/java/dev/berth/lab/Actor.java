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
        Channel channel = new Channel(new Fd(Actors.CHANNEL));
        Thread.ofPlatform().daemon().name("line").start(() -> endWith(channel));
        Hands hands = new Hands(args[0], Integer.parseInt(args[1]));
        for (String inherited : List.of(args).subList(2, args.length)) {
            int equals = inherited.indexOf('=');
            int number = Integer.parseInt(inherited, 0, equals, 10);
            hands.take(inherited.substring(equals + 1), new Fd(number));
        }
        channel.send(Answer.ok().encode());
        act(channel, hands);
    }

    /// This process leads its own process group, in which there is no other.
    private static void endWith(Channel channel) {
        channel.awaitEnd();
        Processes.kill(0, SIGKILL);
    }

    /// Carries out what the line says, until it says to exit or is closed.
    static void act(Channel channel, Hands hands) throws ErrnoException {
        Optional<Channel.Message> message = channel.receive();
        while (message.isPresent()) {
            Map<String, List<String>> fields = message.get().fields();
            String word = new Arguments(fields).text(Arguments.OP);
            if (word.equals(OpKind.EXIT.word())) {
                return;
            }
            Reply reply = hands.perform(word, new Arguments(fields), message.get().descriptors());
            channel.send(reply.answer().encode(), reply.descriptors());
            message = channel.receive();
        }
    }
}
