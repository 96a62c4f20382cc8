package dev.berth.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/// The main class of the explainer's process: takes the words of a question and prints the answer.
final class ExplainerMain {
    private ExplainerMain() {}

    /// Prints the encoded answer to the question in `args`.
    ///
    /// @param args see [Question#encoded()]
    public static void main(String[] args) throws IOException {
        ExplainerResult result = new Explainer(Question.decode(List.of(args))).result();
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        out.print(result.encoded());
        out.flush();
    }
}
