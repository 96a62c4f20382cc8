# A PSGI application that reports which process answered: starman --listen 127.0.0.1:PORT app.psgi
sub {
    my $body = "starman pid=$$\n";
    [200, ['Content-Type' => 'text/plain', 'Content-Length' => length $body], [$body]];
};
