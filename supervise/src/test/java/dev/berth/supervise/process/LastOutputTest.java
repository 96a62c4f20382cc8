package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

class LastOutputTest {
    /// The output of programs that end with an error, `%s` standing for many more frames, and the
    /// part of it that is reported.
    enum Program {
        PYTHON(
                """
                Traceback (most recent call last):
                  File "/srv/app.py", line 4, in load
                    {}['k']
                    ~~^^^^^
                KeyError: 'k'

                During handling of the above exception, another exception occurred:

                Traceback (most recent call last):
                %s  [Previous line repeated 27 more times]
                  File "/srv/app.py", line 6, in load
                    import nowhere
                ModuleNotFoundError: No module named 'nowhere'
                """,
                """
                  File "/srv/app.py", line 7, in load
                    load(n - 1)
                """,
                "KeyError: 'k'",
                "During handling of the above exception, another exception occurred:",
                "ModuleNotFoundError: No module named 'nowhere'"),
        PYTHON_SYNTAX(
                """
                Traceback (most recent call last):
                %s  File "/srv/app.py", line 3
                    def load(:
                             ^
                SyntaxError: invalid syntax
                """,
                "  File \"/usr/lib/python3/site.py\", line 7, in <module>\n    load(n - 1)\n",
                "  File \"/srv/app.py\", line 3",
                "    def load(:",
                "             ^",
                "SyntaxError: invalid syntax"),
        RUBY(
                """
                ! Unable to load application: LoadError: cannot load such file -- nowhere
                <internal:/lib/kernel_require.rb>:85:in `require': cannot load such file -- nowhere (LoadError)
                %s\tfrom /srv/app.ru:in `new'
                \tfrom /srv/app.ru:in `<main>'
                """,
                "\tfrom /srv/app.rb:6:in `block in <main>'\n/srv/app.rb:7:in 'Object#load'\n",
                "! Unable to load application: LoadError: cannot load such file -- nowhere",
                "<internal:/lib/kernel_require.rb>:85:in `require': cannot load such file --"
                        + " nowhere (LoadError)"),
        NODE(
                """
                node:internal/modules/cjs/loader:1210
                  throw err;
                  ^

                Error: Cannot find module 'nowhere'
                Require stack:
                - /srv/app.js
                %s    at Module._compile (node:internal/modules/cjs/loader:1521:14) {
                  code: 'MODULE_NOT_FOUND'
                }

                Node.js v20.20.2
                """,
                "    at load (/srv/app.js:1:54)\n    at async file:///srv/app.mjs:2:1\n",
                "node:internal/modules/cjs/loader:1210",
                "  throw err;",
                "  ^",
                "Error: Cannot find module 'nowhere'",
                "Require stack:",
                "- /srv/app.js",
                "  code: 'MODULE_NOT_FOUND'",
                "}",
                "Node.js v20.20.2"),
        JAVA(
                """
                Exception in thread "main" java.lang.IllegalStateException: no database
                %sCaused by: java.io.IOException: refused
                %s\t... 5 more
                """,
                "\tat app.Main.load(Main.java:1)\n\tat java.base/java.lang.Run.run(Run.java:5)\n",
                "Exception in thread \"main\" java.lang.IllegalStateException: no database",
                "Caused by: java.io.IOException: refused"),
        PERL(
                """
                no database at app.pl line 1.
                %s\
                """,
                "\tmain::load(2) called at app.pl line 1\n\teval {...} called at app.pl line 9\n",
                "no database at app.pl line 1."),
        PHP(
                """
                PHP Fatal error:  Uncaught RuntimeException: no database in /srv/a.php:1
                Stack trace:
                %s#40 {main}
                  thrown in /srv/a.php on line 1
                """,
                "#0 /srv/a.php(1): load()\nPHP   1. {main}() /srv/a.php:0\n",
                "PHP Fatal error:  Uncaught RuntimeException: no database in /srv/a.php:1",
                "  thrown in /srv/a.php on line 1"),
        GO(
                """
                panic: no database

                goroutine 1 [running]:
                %smain.main()
                \t/srv/main.go:4 +0x27
                created by net/http.(*Server).Serve in goroutine 1
                \t/usr/lib/go/src/net/http/server.go:3285 +0x4b4
                exit status 2
                """,
                "net/http.(*conn).serve(0xc000, {0x72d, 0xc0})\n\t/srv/main.go:9 +0x27\n",
                "panic: no database",
                "exit status 2");

        private final String text;
        private final List<String> told;

        Program(String text, String frames, String... told) {
            this.text = text.replace("%s", frames.repeat(20));
            this.told = List.of(told);
        }
    }

    private static String told(String text) {
        LastOutput words = new LastOutput();
        StackTraceLines frames = new StackTraceLines();
        text.lines().forEach(line -> words.add(line, frames));
        return words.text();
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void theMessagesOfALongTraceAreReported(Program program) {
        assertThat(told(program.text).lines()).containsExactlyElementsOf(program.told);
    }

    private static boolean names(String line) {
        return line.matches(".*(Error|Exception|panic: |database at ).*");
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void outputDuringTheExitDoesNotDisplaceTheError(Program program) {
        String error = program.told.stream().filter(LastOutputTest::names).toList().getLast();
        String words = told("starting\n".repeat(20) + program.text + "closing a file\n".repeat(20));

        assertThat(words.lines())
                .hasSize(10)
                .contains(error)
                .endsWith("closing a file", "closing a file")
                .doesNotContain("starting");
    }

    @Test
    void anOldErrorIsNotReported() {
        assertThat(told("Error: no luck\n" + "a request\n".repeat(50)))
                .isEqualTo("a request\n".repeat(10).strip());
    }

    @Test
    void ofManyErrorsTheLastThreeAndTheEndAreReported() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            text.append("Error: ").append(i).append("\nretry\nretry\nretry\n");
        }
        assertThat(told(text + "end\n".repeat(9)).lines())
                .hasSize(10)
                .startsWith("Error: 6", "Error: 7", "Error: 8", "end");
    }

    @Test
    void linesAfterATraceAreNotFrames() {
        String recovered =
                "http: panic serving 127.0.0.1:5: boom\ngoroutine 34 [running]:\nmain.f(0x1)\n"
                        + "\t/srv/main.go:9 +0x27\nGET / 500\nGET /x 200\n";
        assertThat(told(recovered))
                .isEqualTo("http: panic serving 127.0.0.1:5: boom\nGET / 500\nGET /x 200");
        String python =
                "  File \"a.py\", line 1, in f\n    f()\nValueError: no\n    an indented message\n";
        assertThat(told(python)).isEqualTo("ValueError: no\n    an indented message");
        assertThat(told("# a heading\nPort 80 is open\nStack is empty\n/srv/a.rb:3: warning: x\n"))
                .hasLineCount(4);
    }
}
